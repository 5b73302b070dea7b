import type { AlertRule, ChannelState, JobState } from '@jobflow/contracts';

/** Whether some rule of the channel could concern runs of this job, whatever their status. */
export const matchesJob = (channel: ChannelState, job: JobState): boolean =>
  channel.rules.some((rule) => concerns(rule, job));

/** A rule that names system events is about those alone; a list that is empty or missing excludes nothing. */
const concerns = ({ jobs, tags, queues, events }: AlertRule, job: JobState): boolean =>
  !events?.length && allows(jobs, [job.name]) && allows(queues, [job.queue]) && allows(tags, job.tags);

const allows = (wanted: readonly string[] | undefined, has: readonly string[]): boolean =>
  !wanted?.length || has.some((one) => wanted.includes(one));
