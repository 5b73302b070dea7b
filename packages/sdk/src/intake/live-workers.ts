import { canCarryOut, type RunDefinition, servesQueue, WorkerBeat } from '@jobflow/contracts';

/** A worker is taken for dead when it was silent for so long: five beats. */
export const SILENT_MS = 10_000;
const KEPT = 10_000;

export type Liveness = 'alive' | 'dead' | 'unknown';

/** What it can carry out, and for which queues: none while it takes nothing. */
type Beat = Pick<WorkerBeat, 'queues' | 'handlers' | 'kinds'> & { at: number };

/**
 * Which workers are alive, by the beats heard from them. Only a listener that has listened for long enough may call a
 * worker dead.
 */
export class LiveWorkers {
  readonly #lastBeat = new Map<string, Beat>();
  readonly #now: () => number;
  #listeningSince: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#listeningSince = now();
  }

  /** Beats may have been missed until now: while the connection was away, or before there was one. */
  listenAnew(): void {
    this.#listeningSince = this.#now();
  }

  hear(data: Uint8Array): void {
    let beat: WorkerBeat;
    try {
      beat = WorkerBeat.parse(JSON.parse(new TextDecoder().decode(data)));
    } catch {
      return;
    }
    this.#lastBeat.delete(beat.id);
    if (beat.status === 'OFFLINE') return;
    this.#lastBeat.set(beat.id, {
      at: this.#now(),
      queues: beat.status === 'ONLINE' ? beat.queues : [],
      // Their schemas are not kept.
      handlers: beat.handlers.map(({ name }) => ({ name })),
      kinds: beat.kinds,
    });
    if (this.#lastBeat.size <= KEPT) return;
    for (const id of this.#lastBeat.keys()) {
      this.#lastBeat.delete(id);
      break;
    }
  }

  /** Whether another worker that is alive takes runs of this queue and can carry out this one. */
  canOther(ownId: string, run: Pick<RunDefinition, 'queue' | 'job' | 'kind'>): boolean {
    const now = this.#now();
    for (const [id, beat] of this.#lastBeat) {
      if (id === ownId || now - beat.at > SILENT_MS) continue;
      if (servesQueue(beat, run.queue) && canCarryOut(beat, run)) return true;
    }
    return false;
  }

  judge(workerId: string): Liveness {
    const now = this.#now();
    const last = this.#lastBeat.get(workerId)?.at;
    if (last !== undefined && now - last <= SILENT_MS) return 'alive';
    return now - this.#listeningSince > SILENT_MS ? 'dead' : 'unknown';
  }
}
