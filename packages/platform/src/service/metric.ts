import type { Metric, Registry } from 'prom-client';

/** The metric of this name, made on first use: two parts of one process may share it. */
export function metric<M extends Metric>(registry: Registry, name: string, create: (name: string) => M): M {
  return (registry.getSingleMetric(name) as M | undefined) ?? create(name);
}
