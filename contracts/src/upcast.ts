import type { CommitFamily } from './commit.js';

/** Lifts a commit of version n to n + 1. Only ever added to; each has a golden fixture. */
type Upcaster = (raw: Record<string, unknown>) => Record<string, unknown>;

const CURRENT = 1;
const upcasters: Record<CommitFamily, Record<number, Upcaster>> = { run: {}, state: {}, log: {}, delivery: {} };

type Lifted = { ok: true; raw: Record<string, unknown> } | { ok: false; reason: string };

/** Brings a stored commit to the current version, one version at a time. */
export function upcast(
  family: CommitFamily,
  raw: unknown,
  steps: Record<number, Upcaster> = upcasters[family],
  current: number = CURRENT,
): Lifted {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return { ok: false, reason: 'not an object' };
  let commit = raw as Record<string, unknown>;
  for (let v = commit.v; v !== current; v = commit.v) {
    if (typeof v !== 'number') return { ok: false, reason: 'v: no version' };
    if (v > current) return { ok: false, reason: `v: ${v} was written by a newer Jobflow than this one (${current})` };
    const step = steps[v];
    if (!step) return { ok: false, reason: `v: no way up from version ${v}` };
    commit = step(commit);
    if (commit.v !== v + 1) return { ok: false, reason: `v: the upcaster from ${v} did not reach ${v + 1}` };
  }
  return { ok: true, raw: commit };
}
