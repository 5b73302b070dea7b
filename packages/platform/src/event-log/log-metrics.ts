import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { metric } from '../service/metric.js';

export interface LogMetrics {
  group(stream: string, messages: number): void;
  answered(stream: string, seconds: number): void;
  refused(stream: string, reason: string): void;
}

const LATENCY_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createLogMetrics(registry: Registry, depth: () => number, bytes: () => number): LogMetrics {
  const latency = metric(registry, 'jobflow_log_append_seconds', (name) => {
    const help = 'From an append to its answer';
    return new Histogram({ name, help, labelNames: ['stream'], buckets: LATENCY_BUCKETS, registers: [registry] });
  });
  const sizes = metric(registry, 'jobflow_log_group_messages', (name) => {
    const help = 'Messages that went to the log together';
    const buckets = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000];
    return new Histogram({ name, help, labelNames: ['stream'], buckets, registers: [registry] });
  });
  const refusals = metric(registry, 'jobflow_log_refused_total', (name) => {
    const help = 'Appends the log refused';
    return new Counter({ name, help, labelNames: ['stream', 'reason'], registers: [registry] });
  });
  metric(registry, 'jobflow_log_pending_units', (name) => {
    const help = 'Appends that wait for an answer';
    return new Gauge({
      name,
      help,
      registers: [registry],
      collect: function collect() {
        this.set(depth());
      },
    });
  });
  metric(registry, 'jobflow_log_pending_bytes', (name) => {
    const help = 'Bytes of appends that wait for an answer';
    return new Gauge({
      name,
      help,
      registers: [registry],
      collect: function collect() {
        this.set(bytes());
      },
    });
  });
  return {
    group: (stream, messages) => sizes.observe({ stream }, messages),
    answered: (stream, seconds) => latency.observe({ stream }, seconds),
    refused: (stream, reason) => refusals.inc({ stream, reason }),
  };
}
