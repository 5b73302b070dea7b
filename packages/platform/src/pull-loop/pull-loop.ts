import { Counter, type Registry } from 'prom-client';
import { ensureConsumer } from '../nats/ensure-consumer.js';
import type { NatsLink } from '../nats/nats-link.js';
import { metric } from '../service/metric.js';
import { createFitAllowances } from './fit-allowances.js';
import { LevelPull, type PullEnd } from './level-pull.js';
import { planPulls } from './plan-pulls.js';
import type { PullLevel, PullLoop, PullLoopOptions } from './pull-loop-types.js';
import { NatsPulledMessage } from './pulled-message.js';

const TICK_MS = 50;
/** Every so many rounds begin with the lowest level. */
const BOTTOM_EVERY = 16;
const HELD_MS = 100;
const MISSING_MS = 1_000;

export function createPullLoop(link: NatsLink, options: PullLoopOptions): PullLoop {
  const { logger } = options;
  const pulls = new Map<string, LevelPull>();
  /** Levels no longer wanted, whose last pull may still bring something. */
  const leaving = new Set<LevelPull>();
  const fitAllowances = createFitAllowances();
  const received = options.metrics ? receivedCounter(options.metrics) : undefined;
  let running = false;
  let scheduled = false;
  let round = 0;
  let ticker: NodeJS.Timeout | undefined;
  let offs: (() => void)[] = [];
  let stopping: Promise<void> | undefined;

  const all = () => [...pulls.values(), ...leaving];
  const asked = () => {
    let sum = 0;
    for (const pull of pulls.values()) sum += pull.remaining;
    for (const pull of leaving) sum += pull.remaining;
    return sum;
  };

  function open(level: PullLevel): LevelPull {
    return new LevelPull(link, level, {
      onMessage(message, info, from) {
        received?.inc();
        options.onMessage(new NatsPulledMessage(link, from, message, info));
      },
      onEnd,
      onHint: schedule,
    });
  }

  function hold(pull: LevelPull, ms: number): void {
    pull.notBefore = Math.max(pull.notBefore, Date.now() + ms);
  }

  function onEnd(pull: LevelPull, end: PullEnd): void {
    if (end === 'held' || end === 'broken') hold(pull, HELD_MS);
    else if (end === 'missing') make(pull);
    schedule();
  }

  /** Withdraws what was asked for; until that is certain, its slots stay held. */
  function leave(pull: LevelPull): void {
    leaving.add(pull);
    void pull.close().finally(() => {
      leaving.delete(pull);
      schedule();
    });
  }

  /** The consumer is gone, or was never made: make it, and ask again after that. */
  function make(pull: LevelPull): void {
    hold(pull, MISSING_MS);
    if (!link.connected()) return;
    logger.warn({ consumer: pull.name }, 'a consumer is missing and is made again');
    ensureConsumer(link, pull.level.consumer).then(
      () => {
        pull.nonEmpty = true;
        pull.notBefore = 0;
        schedule();
      },
      (error: unknown) => logger.warn({ err: error, consumer: pull.name }, 'the consumer cannot be made now'),
    );
  }

  function schedule(): void {
    if (scheduled || !running) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (running && link.connected()) pump();
    });
  }

  function pump(): void {
    const capacity = options.capacity();
    const free = Math.max(0, options.freeSlots() - asked());
    fitAllowances([...pulls.values()], free);
    // A busy loop waits until a worthwhile number of slots is free: each request costs the server as much as a message.
    if (free === 0 || (free < capacity / 16 && asked() > 0 && free < 32)) return;
    const now = Date.now();
    const levels = [...pulls.values()].map((pull) => ({
      pull,
      priority: pull.level.priority,
      nonEmpty: pull.nonEmpty,
      held: pull.notBefore > now,
      underWay: pull.remaining,
      standing: pull.standing,
      listening: pull.listening,
      hintedAt: pull.hintedAt,
      room: pull.level.room?.() ?? Number.POSITIVE_INFINITY,
      seldom: pull.level.seldom === true,
      group: pull.level.allowance,
      lastMessageAt: pull.lastMessageAt,
      lastAskedAt: pull.lastAskedAt,
    }));
    const fromBottom = round % BOTTOM_EVERY === BOTTOM_EVERY - 1;
    const planned = planPulls({ levels, free, capacity, fromBottom, now });
    if (planned.length > 0) round++;
    for (const { level, batch, kind } of planned) level.pull.ask(batch, kind);
  }

  /** Interest in the old inboxes ends, so that the server forgets the pulls of the lost connection. */
  function renew(): void {
    for (const pull of leaving) leave(pull);
    for (const [name, pull] of [...pulls]) {
      pull.remaining = 0;
      leave(pull);
      pulls.set(name, open(pull.level));
    }
    schedule();
  }

  function setLevels(levels: readonly PullLevel[]): void {
    const wanted = new Map(levels.map((level) => [level.consumer.name, level]));
    for (const [name, pull] of [...pulls]) {
      if (wanted.has(name)) continue;
      pulls.delete(name);
      leave(pull);
    }
    for (const [name, level] of wanted) {
      const known = pulls.get(name);
      if (known) known.level = level;
      else pulls.set(name, open(level));
    }
    schedule();
  }

  async function stop(): Promise<void> {
    running = false;
    clearInterval(ticker);
    for (const off of offs) off();
    await Promise.all(all().map((pull) => pull.close()));
    pulls.clear();
    leaving.clear();
  }

  return {
    setLevels,
    asked,
    wake: schedule,
    async start() {
      if (running || stopping) return;
      running = true;
      offs = [link.onConnected(renew)];
      ticker = setInterval(() => {
        const now = Date.now();
        for (const pull of all()) pull.checkSilence(now);
        schedule();
      }, TICK_MS);
      schedule();
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

const receivedCounter = (registry: Registry) =>
  metric(registry, 'jobflow_pull_messages_total', (name) => {
    return new Counter({ name, help: 'Messages pulled from queues', registers: [registry] });
  });
