import { setTimeout as wait } from 'node:timers/promises';

export interface OpenLoop {
  perSecond: number;
  seconds: number;
}

export interface OpenLoopTold {
  sent: number;
  /** How far sending fell behind the arrivals at worst: what is measured is only as good as this. */
  worstLagMs: number;
}

/**
 * Sends at random moments, so many a second on average, whatever becomes of what was sent: a slow system does not get
 * fewer. The moments are the same at every call. Resolves when all is answered.
 */
export async function openLoop(
  { perSecond, seconds }: OpenLoop,
  send: (n: number) => Promise<unknown>,
): Promise<OpenLoopTold> {
  const gap = gaps(perSecond);
  const answers = new Set<Promise<unknown>>();
  const failures: unknown[] = [];
  const started = performance.now();
  let due = gap();
  let sent = 0;
  let worstLagMs = 0;
  while (due < seconds * 1000) {
    const now = performance.now() - started;
    if (due > now) {
      await wait(due - now);
      continue;
    }
    worstLagMs = Math.max(worstLagMs, now - due);
    const answer: Promise<unknown> = send(sent++)
      .catch((error: unknown) => failures.push(error))
      .finally(() => answers.delete(answer));
    answers.add(answer);
    due += gap();
  }
  await Promise.all(answers);
  if (failures.length > 0) throw new Error(`${failures.length} of ${sent} were not taken`, { cause: failures[0] });
  return { sent, worstLagMs };
}

/** Milliseconds between arrivals that know nothing of each other; mulberry32 with a fixed seed. */
function gaps(perSecond: number): () => number {
  let state = 0x5eed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const unit = ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
    return (-Math.log(1 - unit) * 1000) / perSecond;
  };
}
