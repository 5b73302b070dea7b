import { A } from '@solidjs/router';
import Trash from 'lucide-solid/icons/trash';
import { createSignal, For, Show } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { mutate } from '../api/api-client';
import {
  DeleteScheduleDocument,
  PauseScheduleDocument,
  ResumeScheduleDocument,
  type SchedulePartsFragment,
} from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { ConfirmDialog } from '../ui/confirm-dialog';
import { StatusBadge } from '../ui/status-badge';
import { TimeAgo } from '../ui/time-ago';
import { toast } from '../ui/toasts';
import { fireTime } from './fire-time';
import { RecentFires } from './recent-fires';

/** One schedule: when, in words, the next fires in its own time zone, and what can be done with it. */
export function ScheduleItem(props: {
  schedule: SchedulePartsFragment;
  hideJob?: boolean;
  onChanged: () => Promise<void>;
}) {
  const [busy, setBusy] = createSignal(false);
  const [deleting, setDeleting] = createSignal(false);
  const fallback = () =>
    props.schedule.enabled && props.schedule.kind === 'AFTER_JOB' ? 'whenever that happens' : 'no next run';
  const title = () => props.schedule.name ?? props.schedule.description;

  async function setPaused(paused: boolean) {
    setBusy(true);
    const document = paused ? PauseScheduleDocument : ResumeScheduleDocument;
    const result = await mutate(document as typeof PauseScheduleDocument, { id: props.schedule.id });
    setBusy(false);
    if (!result.ok) toast({ tone: 'bad', text: result.error.message });
    await props.onChanged();
  }

  async function remove() {
    const result = await mutate(DeleteScheduleDocument, { id: props.schedule.id });
    if (!result.ok) return result.error;
    toast({ tone: 'ok', text: 'The schedule is deleted.' });
    await props.onChanged();
    return undefined;
  }

  return (
    <div class="grid gap-x-6 gap-y-3 p-4 sm:grid-cols-[minmax(0,1fr)_auto]">
      <div class="min-w-0">
        <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Dynamic component={props.hideJob ? 'h3' : 'h2'} class="min-w-0 text-sm font-semibold break-words">
            {title()}
          </Dynamic>
          <Show when={props.schedule.enabled} fallback={<StatusBadge status="PAUSED" />}>
            <StatusBadge status="ACTIVE" />
          </Show>
        </div>
        <p class="mt-0.5 flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-soft">
          <Show when={!props.hideJob}>
            <A class="link" href={`/jobs/${encodeURIComponent(props.schedule.job)}`}>
              {props.schedule.job}
            </A>
          </Show>
          <Show when={props.schedule.cron}>
            <code class="font-mono">{props.schedule.cron}</code>
          </Show>
          <Show when={props.schedule.kind === 'AFTER_JOB'} fallback={<span>{props.schedule.timezone}</span>}>
            <span>{props.schedule.description}</span>
          </Show>
        </p>
        <Show when={props.schedule.disabledReason}>
          <p class="mt-1 text-[0.8125rem] text-ink-faint">{props.schedule.disabledReason}</p>
        </Show>
        <Show when={props.schedule.enabled && props.schedule.nextFires.length > 0}>
          <ol class="mt-2 flex flex-wrap gap-1.5" aria-label="Next fires">
            <For each={props.schedule.nextFires.slice(0, 5)}>
              {(at) => (
                <li class="chip tone-off tone-chip font-normal!">
                  <time datetime={at}>{fireTime(at, props.schedule.timezone)}</time>
                </li>
              )}
            </For>
          </ol>
        </Show>
        <RecentFires scheduleId={props.schedule.id} />
      </div>
      <div class="flex flex-wrap items-center gap-x-5 gap-y-2 sm:flex-col sm:items-end">
        <p class="text-[0.8125rem] text-ink-soft">
          <Show when={props.schedule.enabled && props.schedule.nextFires[0]} fallback={fallback()}>
            {(at) => (
              <>
                next <TimeAgo at={at()} />
              </>
            )}
          </Show>
          <Show when={props.schedule.lastFiredAt}>
            {(at) => (
              <>
                {' · '}last <TimeAgo at={at()} />
              </>
            )}
          </Show>
        </p>
        <div class="flex gap-2">
          <ActionButton small needs="USER" busy={busy()} onClick={() => setPaused(props.schedule.enabled)}>
            {props.schedule.enabled ? 'Pause' : 'Resume'}
          </ActionButton>
          <ActionButton
            small
            icon
            look="danger"
            needs="USER"
            aria-label="Delete this schedule"
            onClick={() => setDeleting(true)}
          >
            <Trash class="size-4" aria-hidden="true" />
          </ActionButton>
        </div>
      </div>
      <ConfirmDialog
        open={deleting()}
        title="Delete this schedule?"
        action="Delete schedule"
        onConfirm={remove}
        onClose={() => setDeleting(false)}
      >
        {title()}. Runs it has started already are not affected.
      </ConfirmDialog>
    </div>
  );
}
