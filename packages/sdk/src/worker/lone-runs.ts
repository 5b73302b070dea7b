import type { Attempt } from '../attempt/attempt.js';
import type { Admitted } from '../intake/suspects.js';

/**
 * Runs that have cost workers and cannot be given a process of their own. While one is here this worker takes nothing
 * else: it waits until what runs has ended, then runs alone, so that whatever it does to the process costs nobody else.
 */
export class LoneRuns {
  readonly #waiting: Admitted[] = [];
  #running: Attempt | undefined;

  /** Nothing else may be taken. */
  get busy(): boolean {
    return this.#running !== undefined || this.#waiting.length > 0;
  }

  wait(admitted: Admitted): void {
    this.#waiting.push(admitted);
  }

  /** The next to start, if nothing runs. */
  next(running: number): Admitted | undefined {
    return running === 0 && !this.#running ? this.#waiting.shift() : undefined;
  }

  started(attempt: Attempt): void {
    this.#running = attempt;
  }

  ended(attempt: Attempt): void {
    if (this.#running === attempt) this.#running = undefined;
  }

  find(wanted: (admitted: Admitted) => boolean): Admitted | undefined {
    return this.#waiting.find(wanted);
  }

  drop(admitted: Admitted): void {
    const at = this.#waiting.indexOf(admitted);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  /** What waits is held. */
  touch(): void {
    for (const { message } of this.#waiting) message.working();
  }

  /** What has not started, to be given back. */
  takeAll(): Admitted[] {
    return this.#waiting.splice(0);
  }
}
