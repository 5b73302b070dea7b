import type { RunFilter, RunStatus } from '../generated/graphql';

/** The address of the runs page: `?status=FAILED,RETRYING&job=email.send`; `operation`: what a bulk operation made or changed. */
export type RunSearch = { status?: string; job?: string; schedule?: string; operation?: string };

export const shownStatuses: RunStatus[] = [
  'RUNNING',
  'QUEUED',
  'SCHEDULED',
  'RETRYING',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'BLOCKED',
  'EXPIRED',
];

/** Statuses as they are written in the address; what is no status is left out. */
export function readStatuses(text: string | undefined): RunStatus[] {
  const wanted = new Set((text ?? '').split(',').map((part) => part.trim().toUpperCase()));
  return shownStatuses.filter((status) => wanted.has(status));
}

/** The address's status after one more is switched on or off; null for none. */
export function toggleStatus(text: string | undefined, status: RunStatus): string | null {
  const now = new Set(readStatuses(text));
  if (!now.delete(status)) now.add(status);
  const kept = shownStatuses.filter((one) => now.has(one));
  return kept.length === 0 ? null : kept.join(',');
}

export function hasFilter(search: RunSearch): boolean {
  return runFilterFrom(search) !== null;
}

export function runFilterFrom(search: RunSearch): RunFilter | null {
  const statuses = readStatuses(search.status);
  const filter: RunFilter = {
    ...(statuses.length > 0 ? { statuses } : {}),
    ...(search.job ? { jobs: [search.job] } : {}),
    ...(search.schedule ? { scheduleId: search.schedule } : {}),
    ...(search.operation ? { operationId: search.operation } : {}),
  };
  return Object.keys(filter).length === 0 ? null : filter;
}
