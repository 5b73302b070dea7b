import type { ApiClient, Loose } from '../system/api-client.js';
import { createJob, type DomainHouse, enqueue, eventually } from './domain-house.js';

export const OPERATION =
  'id action status total done failed finished position filter reason createdBy finishedAt undoableUntil undoOf failures { index id code message }';

export const CANCEL = `mutation ($filter: RunFilter!, $reason: String, $expectedCount: SafeInt, $asOf: DateTime) {
  cancelRuns(filter: $filter, reason: $reason, expectedCount: $expectedCount, asOf: $asOf) { ${OPERATION} } }`;
export const RETRY = `mutation ($filter: RunFilter!, $expectedCount: SafeInt) {
  retryRuns(filter: $filter, expectedCount: $expectedCount) { ${OPERATION} } }`;
export const REDRIVE = `mutation ($filter: RunFilter!, $input: JSON, $inputPatch: JSON, $perSecond: Int, $expectedCount: SafeInt, $asOf: DateTime) {
  redriveDeadLetters(filter: $filter, input: $input, inputPatch: $inputPatch, perSecond: $perSecond, expectedCount: $expectedCount, asOf: $asOf) { ${OPERATION} } }`;
export const DISCARD = `mutation ($filter: RunFilter!, $reason: String!, $expectedCount: SafeInt) {
  discardDeadLetters(filter: $filter, reason: $reason, expectedCount: $expectedCount) { ${OPERATION} } }`;
export const RESCHEDULE = `mutation ($filter: RunFilter!, $at: DateTime, $expectedCount: SafeInt, $asOf: DateTime) {
  rescheduleRuns(filter: $filter, at: $at, expectedCount: $expectedCount, asOf: $asOf) { ${OPERATION} } }`;
export const ABORT = `mutation ($id: ID!) { abortBulkOperation(id: $id) { ${OPERATION} } }`;
export const UNDO = `mutation ($id: ID!) { undoBulkOperation(id: $id) { ${OPERATION} } }`;
export const PREVIEW = `query ($action: BulkAction!, $filter: RunFilter!) {
  previewBulk(action: $action, filter: $filter) { count asOf byStatus { value count } sample { id } undoable } }`;

/** What the one root field of an answer holds. */
export async function ask(api: ApiClient, query: string, variables: Record<string, unknown>): Promise<Loose> {
  return Object.values(await api.must(query, variables))[0] as Loose;
}

/** The operation once it has ended. */
export async function ended(api: ApiClient, id: string): Promise<Loose> {
  const data = await eventually(
    api,
    `query ($id: ID!) { bulkOperation(id: $id) { ${OPERATION} } }`,
    { id },
    ({ bulkOperation }) => bulkOperation.finished,
  );
  return data.bulkOperation;
}

/** Begins an operation and waits for its end. */
export async function doAll(api: ApiClient, query: string, variables: Record<string, unknown>): Promise<Loose> {
  return ended(api, (await ask(api, query, variables)).id);
}

const RUN =
  'id job status deadLetter retryOf retriedBy input jobRevision attempt priority queue createdBy cancelReason';

export const runsOf = async (api: ApiClient, filter: Record<string, unknown>): Promise<Loose[]> =>
  (await api.must(`query ($filter: RunFilter) { runs(filter: $filter, first: 200) { nodes { ${RUN} } } }`, { filter }))
    .runs.nodes;

export const runOf = async (api: ApiClient, id: string): Promise<Loose> =>
  (await eventually(api, `query ($id: ID!) { run(id: $id) { ${RUN} } }`, { id }, () => true)).run;

export const deadLettersOf = async (api: ApiClient, queue = 'default'): Promise<number> =>
  (await api.must('query ($name: String!) { queue(name: $name) { deadLetters } }', { name: queue })).queue.deadLetters;

/** A job of its own with so many dead letters; their ids, oldest first. */
export async function deadLetters(
  { api, worker }: DomainHouse,
  job: string,
  count: number,
  input: (n: number) => unknown = (n) => ({ n }),
): Promise<string[]> {
  await createJob(api, { name: job });
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push((await enqueue(api, { job, input: input(n) })).run.id);
  for (const id of ids) await worker.fail(id);
  await allDead(api, job, count);
  return ids;
}

export const allDead = (api: ApiClient, job: string, count: number) =>
  eventually(
    api,
    'query ($filter: RunFilter) { runs(filter: $filter) { totalCount } }',
    { filter: { jobs: [job], deadLetter: ['OPEN'] } },
    ({ runs }) => runs.totalCount === count,
  );

/** The filter of a job's open dead letters. */
export const openLetters = (job: string) => ({ jobs: [job], deadLetter: ['OPEN'] });
