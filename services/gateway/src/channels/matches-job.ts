import type { AlertRule, ChannelState, JobState } from '@jobflow/contracts';

/** Whether some rule of the channel could concern runs of this job, whatever their status. */
export const matchesJob = (channel: ChannelState, job: JobState): boolean => channel.rules.some((rule) => concerns(rule, job));

/** A rule about system events is about no job. What it does not name, it takes all of. */
function concerns({ jobs, tags, queues, events, statuses }: AlertRule, job: JobState): boolean {
  if (events?.length && !jobs && !tags && !queues && !statuses) return false;
  return (
    (!jobs || jobs.includes(job.name)) &&
    (!queues || queues.includes(job.queue)) &&
    (!tags || tags.some((tag) => job.tags.includes(tag)))
  );
}
