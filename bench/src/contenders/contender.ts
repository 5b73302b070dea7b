/** A system that carries out the same number of jobs that do nothing. Its producer and its worker are processes. */
export interface Contender extends AsyncDisposable {
  readonly name: string;
  /** Runs per second, from the first enqueue until the last one is finished, as this system understands it. */
  round(count: number): Promise<number>;
}

export const perSecondSince = (started: number, count: number): number =>
  (count / (performance.now() - started)) * 1000;
