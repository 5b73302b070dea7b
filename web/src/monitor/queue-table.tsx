import { A } from '@solidjs/router';
import Inbox from 'lucide-solid/icons/inbox';
import { createSignal, For, type JSX, Show } from 'solid-js';
import { mutate } from '../api/api-client';
import { PauseQueueDocument, type QueuePartsFragment, ResumeQueueDocument } from '../generated/graphql';
import { formatDuration } from '../time/duration';
import { ActionButton } from '../ui/action-button';
import { EmptyState } from '../ui/empty-state';
import { StatusBadge } from '../ui/status-badge';
import { toast } from '../ui/toasts';

/** Every queue: how much waits, how fast it goes, how long the oldest has waited. */
export function QueueTable(props: { queues: readonly QueuePartsFragment[]; onChanged: () => Promise<void> }) {
  return (
    <section class="card min-w-0 overflow-clip" aria-labelledby="queues">
      <h2 id="queues" class="px-4 pt-4 pb-1">
        Queues
      </h2>
      <Show
        when={props.queues.length > 0}
        fallback={
          <EmptyState icon={Inbox} title="No queues yet">
            A queue appears with its first run or worker.
          </EmptyState>
        }
      >
        <div class="@container">
          <table class="data-table hidden @3xl:table">
            <thead>
              <tr>
                <th>Queue</th>
                <th class="right">Waiting</th>
                <th class="right">Active</th>
                <th class="right">In / min</th>
                <th class="right">Out / min</th>
                <th class="right">Failed / min</th>
                <th class="right">Oldest wait</th>
                <th class="right">p95 wait</th>
                <th class="right">Workers</th>
                <th>
                  <span class="sr-only">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              <For each={props.queues}>
                {(queue) => (
                  <tr>
                    <td class="max-w-56">
                      <QueueName queue={queue} />
                    </td>
                    <td class="right font-medium">{queue.depth.toLocaleString()}</td>
                    <td class="right">{queue.active.toLocaleString()}</td>
                    <td class="right">{rate(queue.enqueuedPerMinute)}</td>
                    <td class="right">{rate(queue.finishedPerMinute)}</td>
                    <td class={`right ${queue.failedPerMinute > 0 ? 'text-bad' : ''}`}>
                      {rate(queue.failedPerMinute)}
                    </td>
                    <td class="right">{formatDuration(queue.oldestWaitMs)}</td>
                    <td class="right">{formatDuration(queue.waitP95Ms)}</td>
                    <td class={`right ${queue.workers === 0 && queue.depth > 0 ? 'font-medium text-bad' : ''}`}>
                      {queue.workers}
                    </td>
                    <td class="right">
                      <PauseButton queue={queue} onChanged={props.onChanged} />
                    </td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
          <ul class="divide-y divide-line @3xl:hidden">
            <For each={props.queues}>
              {(queue) => (
                <li class="grid grid-cols-[minmax(0,1fr)] gap-3 p-4">
                  <div class="flex items-start justify-between gap-3">
                    <div class="min-w-0">
                      <QueueName queue={queue} />
                    </div>
                    <PauseButton queue={queue} onChanged={props.onChanged} />
                  </div>
                  <dl class="grid grid-cols-3 gap-x-4 gap-y-2 sm:grid-cols-6">
                    <Figure label="Waiting">{queue.depth.toLocaleString()}</Figure>
                    <Figure label="Active">{queue.active.toLocaleString()}</Figure>
                    <Figure label="Workers">{queue.workers}</Figure>
                    <Figure label="In / min">{rate(queue.enqueuedPerMinute)}</Figure>
                    <Figure label="Out / min">{rate(queue.finishedPerMinute)}</Figure>
                    <Figure label="Oldest">{formatDuration(queue.oldestWaitMs)}</Figure>
                  </dl>
                </li>
              )}
            </For>
          </ul>
        </div>
      </Show>
    </section>
  );
}

const rate = (perMinute: number) => (perMinute >= 100 ? Math.round(perMinute).toLocaleString() : perMinute.toFixed(1));

function QueueName(props: { queue: QueuePartsFragment }) {
  return (
    <>
      <span class="flex flex-wrap items-center gap-2">
        <span class="min-w-0 truncate font-medium">{props.queue.name}</span>
        <Show when={props.queue.paused}>
          <StatusBadge status="PAUSED" />
        </Show>
        <Show when={props.queue.deadLetters > 0}>
          <A href="/dlq" class="link text-xs">
            {props.queue.deadLetters.toLocaleString()} dead
          </A>
        </Show>
      </span>
      <Show when={props.queue.paused && (props.queue.pauseReason ?? props.queue.pausedBy)}>
        <span class="block truncate text-xs text-ink-faint">
          {[props.queue.pauseReason, props.queue.pausedBy].filter(Boolean).join(' · ')}
        </span>
      </Show>
    </>
  );
}

function PauseButton(props: { queue: QueuePartsFragment; onChanged: () => Promise<void> }) {
  const [busy, setBusy] = createSignal(false);
  async function toggle() {
    setBusy(true);
    const { name } = props.queue;
    const result = props.queue.paused
      ? await mutate(ResumeQueueDocument, { name })
      : await mutate(PauseQueueDocument, { name, reason: null });
    setBusy(false);
    if (!result.ok) toast({ tone: 'bad', text: result.error.message });
    await props.onChanged();
  }
  return (
    <ActionButton
      small
      needs="USER"
      busy={busy()}
      aria-label={`${props.queue.paused ? 'Resume' : 'Pause'} queue ${props.queue.name}`}
      onClick={toggle}
    >
      {props.queue.paused ? 'Resume' : 'Pause'}
    </ActionButton>
  );
}

function Figure(props: { label: string; children: JSX.Element }) {
  return (
    <div class="min-w-0">
      <dt class="truncate text-xs text-ink-faint">{props.label}</dt>
      <dd class="num truncate font-medium">{props.children}</dd>
    </div>
  );
}
