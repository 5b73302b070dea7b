import type { JobKind } from '@jobflow/contracts';
import type { KindContext } from '../attempt/attempt-context.js';

/** Carries out the runs of one kind. */
export type KindRunner =
  | {
      kind: JobKind;
      enabled: true;
      /** Returns the result, or throws; ends soon after `ctx.signal`, and at once after `ctx.kill`. */
      run: (ctx: KindContext) => unknown;
    }
  | {
      kind: JobKind;
      enabled: false;
      /** Why, as a person should read it. */
      reason: string;
      /** No worker of this version can run it: its runs fail at once. Otherwise they go back, for a worker that does. */
      nowhere: boolean;
    };

export type Run = (ctx: KindContext) => unknown;

/** How a run is carried out here, or why it is not. */
export type FoundRunner =
  | {
      kind: 'run';
      run: Run;
      /** Whatever its work does, this process lives. */
      ownProcess: boolean;
      /** The attempt has timed out after so long without a sign from it. */
      heartbeatMs?: number;
    }
  /** Another worker may have it. */
  | { kind: 'elsewhere'; missing: string }
  | { kind: 'nowhere'; reason: string };
