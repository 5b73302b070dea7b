import { createMemo, type JSX } from 'solid-js';
import { formatDuration } from '../time/duration';
import { SparkBar } from '../ui/spark-bar';
import { TimeAgo } from '../ui/time-ago';
import type { JobDetail } from './job-page';
import { formatRate } from './success-rate';

/** A job in six figures and its last twenty outcomes. */
export function JobFigures(props: { job: JobDetail }) {
  const outcomes = createMemo(() =>
    [...props.job.outcomes].sort((a, b) => Date.parse(a.finishedAt) - Date.parse(b.finishedAt)),
  );
  return (
    <section class="card grid gap-5 p-4 sm:grid-cols-2 sm:p-5 xl:grid-cols-[20rem_1fr]" aria-label="Figures">
      <div class="min-w-0">
        <p class="mb-2 text-xs text-ink-faint">Last 20 outcomes</p>
        <SparkBar outcomes={outcomes()} />
      </div>
      <dl class="grid grid-cols-3 gap-x-4 gap-y-3 xl:grid-cols-6">
        <Figure label="Success rate">{formatRate(props.job.successRate)}</Figure>
        <Figure label="Usual time">{formatDuration(props.job.avgDurationMs)}</Figure>
        <Figure label="Waiting">{props.job.waiting.toLocaleString()}</Figure>
        <Figure label="Active">{props.job.active.toLocaleString()}</Figure>
        <Figure label="Last run">
          <TimeAgo at={props.job.lastRun?.finishedAt ?? props.job.lastRun?.createdAt} fallback="never" />
        </Figure>
        <Figure label="Next run">
          <TimeAgo at={props.job.nextRunAt} fallback="none" />
        </Figure>
      </dl>
    </section>
  );
}

function Figure(props: { label: string; children: JSX.Element }) {
  return (
    <div class="min-w-0">
      <dt class="text-xs text-ink-faint">{props.label}</dt>
      <dd class="num truncate text-base font-semibold">{props.children}</dd>
    </div>
  );
}
