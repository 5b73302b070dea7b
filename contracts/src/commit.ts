import { z } from 'zod';
import { DeliveryEvent } from './delivery-events.js';
import { LinesLogged } from './log-events.js';
import { Instant } from './names.js';
import { quickCheck } from './quick-check.js';
import { RunEvent } from './run-events.js';
import { StateEvent } from './state-events.js';
import { upcast } from './upcast.js';
import { addUsualPolicies, withoutUsualPolicies } from './usual-policies.js';

export const COMMIT_VERSION = 1;

/** Who caused a commit: a user's or key's id, or `system:<service>`. */
export const Actor = z.object({ actor: z.string().max(200), reason: z.string().max(1000).optional() });
export type Actor = z.infer<typeof Actor>;

const commitOf = <E extends z.ZodType>(event: E) =>
  z.object({
    v: z.literal(COMMIT_VERSION),
    id: z.string().max(64),
    at: Instant,
    by: Actor,
    /** W3C traceparent. */
    trace: z.string().max(64).optional(),
    events: z.array(event).min(1).max(500),
  });
/** A commit but for what its events are. */
const AnyCommit = commitOf(z.unknown());

export const RunCommit = commitOf(RunEvent);
export type RunCommit = z.infer<typeof RunCommit>;
export const StateCommit = commitOf(StateEvent);
export type StateCommit = z.infer<typeof StateCommit>;
export const LogCommit = commitOf(LinesLogged);
export type LogCommit = z.infer<typeof LogCommit>;
export const DeliveryCommit = commitOf(DeliveryEvent);
export type DeliveryCommit = z.infer<typeof DeliveryCommit>;
export type Commit = RunCommit | StateCommit | LogCommit | DeliveryCommit;

const schemas = { run: RunCommit, state: StateCommit, log: LogCommit, delivery: DeliveryCommit } as const;
const eventSchemas = { run: RunEvent, state: StateEvent, log: LinesLogged, delivery: DeliveryEvent } as const;
export type CommitFamily = keyof typeof schemas;
export type CommitOf<F extends CommitFamily> = z.infer<(typeof schemas)[F]>;

const isCommit = quickCheck(AnyCommit);
const isEvent = {
  run: quickCheck(RunEvent),
  state: quickCheck(StateEvent),
  log: quickCheck(LinesLogged),
  delivery: quickCheck(DeliveryEvent),
} as const;

export type ParsedCommit<F extends CommitFamily> = { ok: true; commit: CommitOf<F> } | { ok: false; reason: string };

/**
 * Reads a stored commit: JSON, then one version at a time up to the current one, what it leaves out, then the schema.
 * Never throws.
 */
export function parseCommit<F extends CommitFamily>(family: F, data: Uint8Array | string): ParsedCommit<F> {
  let raw: unknown;
  try {
    raw = JSON.parse(typeof data === 'string' ? data : decoder.decode(data));
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const lifted = upcast(family, raw);
  if (!lifted.ok) return lifted;
  if (family === 'run') addUsualPolicies(lifted.raw.events);
  if (isRight(family, lifted.raw)) return { ok: true, commit: lifted.raw as unknown as CommitOf<F> };
  const parsed = schemas[family].safeParse(lifted.raw);
  if (parsed.success) return { ok: true, commit: parsed.data as CommitOf<F> };
  const issue = parsed.error.issues[0];
  return { ok: false, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not match the schema'}` };
}

const decoder = new TextDecoder();

function isRight(family: CommitFamily, raw: Record<string, unknown>): boolean {
  if (!isCommit(raw)) return false;
  const check = isEvent[family];
  return (raw.events as unknown[]).every(check);
}

/** Checks an event, and gives what is stored of it; a mistake here is a bug of the writer and throws. */
export function storable<F extends CommitFamily>(family: F, event: CommitOf<F>['events'][number]): object {
  if (!isEvent[family](event)) eventSchemas[family].parse(event);
  return family === 'run' ? withoutUsualPolicies(event) : event;
}
