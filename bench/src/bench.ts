import type { Section } from './report/section.js';

export interface BenchContext {
  /** An empty directory, removed at the end. */
  dir: string;
  /** Asked for on the command line; each bench has its own default. */
  runs: number | undefined;
  seconds: number | undefined;
  rounds: number;
  /** Tells how far it is. */
  say: (line: string) => void;
}

export interface Bench {
  /** A line of `--help`. */
  about: string;
  /** Measures; judges nothing. */
  run(context: BenchContext): Promise<Section[]>;
}
