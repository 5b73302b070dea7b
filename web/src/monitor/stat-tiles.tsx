import { A } from '@solidjs/router';
import { type JSX, Show } from 'solid-js';
import type { StatsPartsFragment } from '../generated/graphql';
import { formatRate } from '../jobs/success-rate';
import { formatDuration } from '../time/duration';

/** The platform in eight figures; those that count runs lead to them. */
export function StatTiles(props: { stats: StatsPartsFragment }) {
  const perMinute = () => {
    const rate = props.stats.perMinute;
    return rate >= 100 ? Math.round(rate).toLocaleString() : rate.toFixed(1);
  };
  const window = () => formatDuration(props.stats.windowMs);
  return (
    <dl class="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <Tile label="Running" tone="run" href="/runs?status=RUNNING" note={counted(props.stats.workers, 'worker')}>
        {props.stats.running.toLocaleString()}
      </Tile>
      <Tile
        label="Waiting"
        tone="wait"
        href="/runs?status=QUEUED"
        note={props.stats.pausedQueues > 0 ? `${counted(props.stats.pausedQueues, 'queue')} paused` : 'in all queues'}
      >
        {props.stats.queued.toLocaleString()}
      </Tile>
      <Tile
        label="Planned"
        tone="off"
        href="/runs?status=SCHEDULED,RETRYING"
        note={`${props.stats.retrying.toLocaleString()} to retry`}
      >
        {(props.stats.scheduled + props.stats.retrying).toLocaleString()}
      </Tile>
      <Tile label="Dead letters" tone="bad" href="/dlq" note="no attempt is left">
        {props.stats.deadLetters.toLocaleString()}
      </Tile>
      <Tile label="Success rate" note={`last ${window()}`}>
        {formatRate(props.stats.successRate)}
      </Tile>
      <Tile label="Ended per minute" note={`last ${window()}`}>
        {perMinute()}
      </Tile>
      <Tile label="Usual run time" note={`last ${window()}`}>
        {formatDuration(props.stats.avgDurationMs)}
      </Tile>
      <Tile
        label="Runs in all"
        note={`${counted(props.stats.jobs, 'job')}, ${counted(props.stats.schedules, 'schedule')}`}
      >
        {props.stats.total.toLocaleString()}
      </Tile>
    </dl>
  );
}

const counted = (count: number, what: string) => `${count.toLocaleString()} ${what}${count === 1 ? '' : 's'}`;

function Tile(props: { label: string; tone?: string; href?: string; note: string; children: JSX.Element }) {
  return (
    <div
      class={`card relative min-w-0 overflow-clip p-4 ${props.href ? 'transition-shadow hover:shadow-lift' : ''} ${props.tone ? `tone-${props.tone} tone-edge` : ''}`}
    >
      <dt class="truncate text-[0.8125rem] text-ink-soft">
        <Show when={props.href} fallback={props.label}>
          {(href) => (
            <A href={href()} class="after:absolute after:inset-0 hover:underline">
              {props.label}
            </A>
          )}
        </Show>
      </dt>
      <dd>
        <span class="num block truncate text-xl leading-9 sm:text-2xl font-semibold tracking-tight">
          {props.children}
        </span>
        <span class="block truncate text-xs text-ink-faint">{props.note}</span>
      </dd>
    </div>
  );
}
