import { type CommitFamily, type CommitOf, parseCommit } from '@jobflow/contracts';
import type { LogMessage, Rejected } from './projection.js';

export interface ReadCommits<F extends CommitFamily> {
  commits: { seq: number; commit: CommitOf<F> }[];
  rejected: Rejected[];
}

/** The commits of a batch, and what is none. */
export function readCommits<F extends CommitFamily>(family: F, messages: readonly LogMessage[]): ReadCommits<F> {
  const commits: ReadCommits<F>['commits'] = [];
  const rejected: Rejected[] = [];
  for (const { seq, data, time } of messages) {
    const parsed = parseCommit(family, data);
    if (parsed.ok) commits.push({ seq, commit: parsed.commit });
    else rejected.push({ seq, at: time, reason: parsed.reason, data });
  }
  return { commits, rejected };
}
