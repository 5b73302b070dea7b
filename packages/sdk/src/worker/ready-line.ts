import type { Admitted } from '../intake/suspects.js';

/** A message that waited so long for a slot goes back, for another worker. */
const OLD_MS = 1_000;
/** One that waited longer, because this loop was blocked, may have been given to another worker meanwhile. */
const STALE_MS = 10_000;

/** May start as soon as there is a slot. */
export interface Ready extends Admitted {
  since: number;
  /** Nobody was asked about it, so it may simply be given back. */
  fresh: boolean;
}

/** Whether it must be checked before it starts: what was checked, or claimed, is this worker's however long it waits. */
export const isStale = ({ fresh, since }: Ready, now: number): boolean => fresh && since < now - STALE_MS;

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
    return this.#take(({ fresh, since }) => fresh && since < now - OLD_MS);
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
