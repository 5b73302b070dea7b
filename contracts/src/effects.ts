import { z } from 'zod';
import { FlowId, FlowStatus } from './flow-events.js';
import { Instant, JobName, QueueName, RunStatus, Tags } from './names.js';
import { RunId } from './run-events.js';

/** The scheduler must queue this attempt at this time. The run's row is the truth; this only tells at once. */
export const QueueRun = z.object({
  runId: RunId,
  /** Tells whose shard the run is in. */
  queue: QueueName,
  attempt: z.int().min(1),
  delivery: z.int().min(0),
  at: Instant,
});
export type QueueRun = z.infer<typeof QueueRun>;

/** What ends have in common that are told together. */
const EndedAs = z.object({
  job: JobName,
  queue: QueueName,
  tags: Tags,
  status: RunStatus,
  test: z.boolean().optional(),
});
const End = z.object({ runId: RunId, at: Instant, callbackUrl: z.string().optional() });

/** The notifier must tell whoever is concerned that a run ended. */
export const NotifyRun = EndedAs.extend(End.shape);
export type NotifyRun = z.infer<typeof NotifyRun>;

/** Ends that share all that decides who is concerned, so that thousands of them are looked at once. */
const NotifyGroup = EndedAs.extend({ ends: z.array(End) });
export type NotifyGroup = z.infer<typeof NotifyGroup>;

/** The notifier must tell the flow's callback that it ended. */
export const NotifyFlow = z.object({ flowId: FlowId, status: FlowStatus, at: Instant, callbackUrl: z.string() });
export type NotifyFlow = z.infer<typeof NotifyFlow>;

export const QueueRuns = z.object({ v: z.literal(1), id: z.string(), runs: z.array(QueueRun) });
export const NotifyRuns = z.union([
  z.object({
    v: z.literal(2),
    id: z.string(),
    groups: z.array(NotifyGroup),
    flows: z.array(NotifyFlow).optional(),
  }),
  // Each end with all of it, as it was written at first.
  z
    .object({ v: z.literal(1), id: z.string(), runs: z.array(NotifyRun) })
    .transform(({ id, runs }) => ({ v: 2 as const, id, groups: groupEnds(runs) })),
]);
export type NotifyRuns = z.infer<typeof NotifyRuns>;

/** Puts ends together that share all that decides who is concerned. */
export function groupEnds(runs: readonly NotifyRun[]): NotifyGroup[] {
  const groups = new Map<string, NotifyGroup>();
  for (const { runId, at, callbackUrl, ...shared } of runs) {
    const { job, queue, tags, status, test } = shared;
    const key = JSON.stringify([job, queue, tags, status, test]);
    let group = groups.get(key);
    if (!group) {
      group = { ...shared, ends: [] };
      groups.set(key, group);
    }
    group.ends.push({ runId, at, ...(callbackUrl !== undefined && { callbackUrl }) });
  }
  return [...groups.values()];
}

/** The ends of a group, each with all of it. */
export const endsOf = ({ ends, ...shared }: NotifyGroup): NotifyRun[] => ends.map((end) => ({ ...shared, ...end }));
