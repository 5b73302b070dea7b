import type { Admitted } from '../intake/suspects.js';

/** An unclaimed message that waited so long for a slot goes back, for another worker. */
export const OLD_MS = 1_000;

/** May start as soon as there is a slot. */
export interface Ready extends Admitted {
  since: number;
}

/** Those that wait for a slot, in the order in which they start. */
export class ReadyLine {
  #line: Ready[] = [];

  get length(): number {
    return this.#line.length;
  }

  push(ready: Ready): void {
    this.#line.push(ready);
  }

  /** It has waited elsewhere already. */
  pushFirst(ready: Ready): void {
    this.#line.unshift(ready);
  }

  shift(): Ready | undefined {
    return this.#line.shift();
  }

  find(wanted: (admitted: Admitted) => boolean): Ready | undefined {
    return this.#line.find(wanted);
  }

  drop(admitted: Admitted): void {
    this.#take((ready) => ready === admitted);
  }

  /** All queueings of a run. */
  takeRun(runId: string): Ready[] {
    return this.#take(({ queued }) => queued.run.id === runId);
  }

  /** What may be given back and has waited too long: another worker may be idle. */
  takeOld(now: number): Ready[] {
    return this.#take(({ claim, since }) => claim === 0 && since < now - OLD_MS);
  }

  takeAll(): Ready[] {
    return this.#line.splice(0);
  }

  /** What waits is held. */
  touch(): void {
    for (const { message } of this.#line) message.working();
  }

  #take(which: (ready: Ready) => boolean): Ready[] {
    const { taken = [], kept = [] } = Object.groupBy(this.#line, (ready) => (which(ready) ? 'taken' : 'kept'));
    this.#line = kept;
    return taken;
  }
}
