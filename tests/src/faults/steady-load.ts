import { setTimeout as wait } from 'node:timers/promises';
import type { ApiClient } from '../system/api-client.js';

export interface SteadyLoad {
  perSecond: number;
  seconds: number;
  /** The nth run, as an EnqueueInput. */
  runAt: (n: number) => { job: string; input?: unknown };
}

export interface Loaded {
  /** The job of each run that was acknowledged, by its id. */
  acknowledged: Map<string, string>;
  refused: string[];
  /** Runs acknowledged per second, over the whole time. */
  perSecond: number;
}

const TICK_MS = 100;
/** Requests under way; beyond it the load waits, and the rate that was reached tells so. */
const MOST_IN_FLIGHT = 20;
const ENQUEUE = 'mutation ($inputs: [EnqueueInput!]!) { enqueueMany(inputs: $inputs) { ids } }';

/** Enqueues at a rate of its own, whatever becomes of the runs: every tenth of a second what is due by then. */
export async function enqueueSteadily(api: ApiClient, { perSecond, seconds, runAt }: SteadyLoad): Promise<Loaded> {
  const acknowledged = new Map<string, string>();
  const refused: string[] = [];
  const inFlight = new Set<Promise<void>>();
  const send = async (first: number, count: number) => {
    const inputs = Array.from({ length: count }, (_, i) => runAt(first + i));
    const { data, errors } = await api.ask(ENQUEUE, { inputs });
    const ids: string[] = data?.enqueueMany?.ids ?? [];
    for (const [i, id] of ids.entries()) acknowledged.set(id, inputs[i]?.job ?? '');
    if (errors) refused.push(errors[0]?.message ?? 'no reason given');
  };
  const started = performance.now();
  let sent = 0;
  for (const total = perSecond * seconds; sent < total; ) {
    const elapsed = performance.now() - started;
    const due = Math.min(total, Math.floor((elapsed / 1000) * perSecond), sent + 1000);
    if (due > sent && inFlight.size < MOST_IN_FLIGHT) {
      const request = send(sent, due - sent).finally(() => inFlight.delete(request));
      inFlight.add(request);
      sent = due;
    }
    await (inFlight.size < MOST_IN_FLIGHT ? wait(TICK_MS) : Promise.race(inFlight));
  }
  await Promise.all(inFlight);
  return { acknowledged, refused, perSecond: acknowledged.size / ((performance.now() - started) / 1000) };
}
