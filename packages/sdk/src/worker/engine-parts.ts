import type { RunDefinition } from '@jobflow/contracts';
import type { Clock } from '@jobflow/platform';
import type { LogBuffer } from '../attempt/log-buffer.js';
import type { CancelledRuns } from '../intake/cancelled-runs.js';
import type { Claims } from '../intake/claims.js';
import type { DoubtedRuns } from '../intake/doubted-runs.js';
import type { EpochGuard } from '../intake/epoch-guard.js';
import type { Suspects } from '../intake/suspects.js';
import type { RunLimits } from '../limits/run-limits.js';
import type { SecretSource } from '../secrets/secret-source.js';
import type { ActiveReporter } from './active-reporter.js';
import type { HandlerlessRuns } from './handlerless-runs.js';
import type { OutcomeRecorder } from './outcome-recorder.js';
import type { Runners } from './runners.js';
import type { Slots } from './slots.js';

/** What an engine is made of. */
export interface EngineParts {
  workerId: string;
  clock: Clock;
  slots: Slots;
  runners: Runners;
  epoch: EpochGuard;
  cancelled: CancelledRuns;
  doubted: DoubtedRuns;
  /** What was said of cancellations and reschedules until now is known. */
  hearsControl: () => boolean;
  suspects: Suspects;
  claims: Claims;
  handlerless: HandlerlessRuns;
  /** Whether another living worker can carry out a run that this one cannot. */
  canOther: (run: RunDefinition) => boolean;
  logs: LogBuffer;
  secrets: SecretSource;
  active: ActiveReporter;
  recorder: OutcomeRecorder;
  limits: RunLimits;
  isPaused: (queue: string) => boolean;
  /** There may be room for more messages. */
  onRoom: () => void;
  onTrouble: (what: string, error: unknown) => void;
}
