import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a fact outside of this process, such as the end of another. */
export async function until(fact: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await fact())) {
    if (performance.now() > deadline) throw new Error(`not so after ${timeoutMs} ms: ${fact}`);
    await sleep(20);
  }
}
