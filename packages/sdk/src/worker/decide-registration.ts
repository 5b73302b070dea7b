import { createHash } from 'node:crypto';
import type { JobState } from '@jobflow/contracts';

/*
 * Which of two definitions of a job counts, the one in code or the one that is kept:
 *
 *     none kept ───────────────────────────────▶ create
 *     deleted ─────────────────────────────────▶ leave: somebody did not want it
 *     registered with this very definition ────▶ leave
 *     … with this one earlier, a newer since ──▶ leave: this worker is the older one of a rolling deploy
 *     as it was last registered ───────────────▶ update to the definition in code
 *     edited since, or made by a person ───────▶ leave, and name what differs
 */
export type Registration =
  | { kind: 'save'; job: JobState }
  | { kind: 'current' | 'deleted' | 'older' }
  | { kind: 'theirs'; differs: string[] };

/** `always`: the definition in code counts, whoever edited it and whichever came later: for going back a version. */
export type RegisterMode = 'newer' | 'always' | 'never';

/** What code says of a job. Whether it is enabled is the operators' alone. */
const FIELDS = [
  ...['title', 'description', 'kind', 'spec', 'inputSchema', 'defaultInput', 'queue', 'priority', 'retry', 'timeout'],
  ...['limits', 'guarantee', 'logLevel', 'tags'],
] as readonly (keyof JobState)[];
/** So many definitions ago is not remembered: a worker that old would count as new. */
const REMEMBERED = 20;

/**
 * Decides what a worker that starts does about the job of a handler.
 * @param wanted as it would be created now
 * @param kept the job as it is; undefined if there is none
 * @param known whether there has ever been a job of that name
 */
export function decideRegistration(
  wanted: JobState,
  kept: JobState | undefined,
  known: boolean,
  mode: Exclude<RegisterMode, 'never'> = 'newer',
): Registration {
  const hash = definitionHash(wanted);
  if (!kept)
    return known ? { kind: 'deleted' } : { kind: 'save', job: { ...wanted, registered: { hash, earlier: [] } } };
  const before = kept.registered ?? registeredBefore(kept);
  const now = definitionHash(kept);
  if (mode === 'newer') {
    if (before?.hash === hash) return { kind: 'current' };
    if (before?.earlier.includes(hash)) return { kind: 'older' };
    if (before?.hash !== now)
      return now === hash ? { kind: 'current' } : { kind: 'theirs', differs: differences(wanted, kept) };
  } else if (now === hash && before?.hash === hash) return { kind: 'current' };
  const older = before ? [before.hash, ...before.earlier].filter((one) => one !== hash) : [];
  const { revision, createdAt, createdBy, enabled } = kept;
  const registered = { hash, earlier: older.slice(0, REMEMBERED) };
  const { createdBy: _, ...definition } = wanted;
  const own = { enabled, revision: revision + 1, createdAt, ...(createdBy !== undefined && { createdBy }) };
  return { kind: 'save', job: { ...definition, ...own, registered } };
}

/** A job that a worker of an earlier Jobflow made, and nobody has touched since. */
function registeredBefore(kept: JobState): JobState['registered'] {
  const untouched = kept.revision === 1 && kept.createdBy === 'system:worker' && kept.updatedBy === 'system:worker';
  return untouched ? { hash: definitionHash(kept), earlier: [] } : undefined;
}

const differences = (a: JobState, b: JobState): string[] =>
  FIELDS.filter((field) => canonical(a[field]) !== canonical(b[field]));

/** The same for the same definition, in whatever order its fields were written. */
export function definitionHash(job: JobState): string {
  const text = canonical(Object.fromEntries(FIELDS.map((field) => [field, job[field]])));
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ''
  );
}
