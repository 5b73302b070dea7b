import { A, useNavigate } from '@solidjs/router';
import ArrowLeft from 'lucide-solid/icons/arrow-left';
import Ban from 'lucide-solid/icons/ban';
import Play from 'lucide-solid/icons/play';
import RotateCcw from 'lucide-solid/icons/rotate-ccw';
import { createSignal, Show } from 'solid-js';
import { mutate } from '../api/api-client';
import { CancelRunDocument, RetryRunDocument, RunNowDocument } from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { CopyButton } from '../ui/copy-button';
import { PageHeader } from '../ui/page-header';
import { StatusBadge } from '../ui/status-badge';
import { isTerminal } from '../ui/status-look';
import { toast } from '../ui/toasts';
import type { RunDetail } from './run-page';

/** What the run is, how it stands, and what can be done about it. */
export function RunHeader(props: { run: RunDetail; refetch: () => Promise<void> }) {
  const navigate = useNavigate();
  const [busy, setBusy] = createSignal(false);
  const title = () => props.run.jobDefinition?.title ?? props.run.job;

  async function cancel() {
    setBusy(true);
    const result = await mutate(CancelRunDocument, { id: props.run.id, reason: null });
    setBusy(false);
    if (!result.ok) toast({ tone: 'bad', text: result.error.message });
    await props.refetch();
  }

  /** It waits for a time that can be moved to now. */
  const waitsForTime = () => props.run.status === 'SCHEDULED' || props.run.status === 'RETRYING';

  async function runNow() {
    setBusy(true);
    const result = await mutate(RunNowDocument, { id: props.run.id });
    setBusy(false);
    toast(result.ok ? { tone: 'ok', text: `${title()} is due now.` } : { tone: 'bad', text: result.error.message });
    await props.refetch();
  }

  async function retry() {
    setBusy(true);
    const result = await mutate(RetryRunDocument, { id: props.run.id });
    setBusy(false);
    const again = result.ok ? result.data.retryRun : undefined;
    if (!result.ok) return toast({ tone: 'bad', text: result.error.message });
    if (again) {
      toast({ tone: 'ok', text: `${title()} runs again, with the same input.` });
      navigate(`/runs/${again.id}`);
    }
  }

  return (
    <PageHeader
      title={title()}
      tabTitle={`${title()}, run ${props.run.id.slice(-6)}`}
      above={
        <A href="/runs" class="link mb-1 inline-flex items-center gap-1 py-1 text-[0.8125rem] no-underline!">
          <ArrowLeft class="size-3.5" aria-hidden="true" />
          Runs
        </A>
      }
      beside={
        <>
          <StatusBadge status={props.run.status} />
          <Show when={props.run.attempt > 0}>
            <span class="num text-[0.8125rem] text-ink-soft">
              attempt {props.run.attempt} / {props.run.maxAttempts}
            </span>
          </Show>
          <Show when={props.run.test}>
            <span class="chip tone-off tone-chip">test</span>
          </Show>
        </>
      }
      lead={
        <span class="flex flex-wrap items-center gap-x-2 text-[0.8125rem]">
          <A class="link" href={`/jobs/${encodeURIComponent(props.run.job)}`}>
            {props.run.job}
          </A>
          <span class="inline-flex min-w-0 items-center font-mono text-xs">
            <span class="truncate">{props.run.id}</span>
            <CopyButton text={props.run.id} label="Copy the run id" />
          </span>
          <Show when={props.run.retryOf}>
            {(id) => (
              <span>
                again after{' '}
                <A class="link" href={`/runs/${id()}`}>
                  an earlier run
                </A>
              </span>
            )}
          </Show>
          <Show when={props.run.retriedBy.at(-1)}>
            {(id) => (
              <span>
                run again as{' '}
                <A class="link" href={`/runs/${id()}`}>
                  a later run
                </A>
              </span>
            )}
          </Show>
        </span>
      }
      actions={
        <Show
          when={isTerminal(props.run.status)}
          fallback={
            <>
              <Show when={waitsForTime()}>
                <ActionButton needs="USER" busy={busy()} onClick={runNow}>
                  <Play class="size-4" aria-hidden="true" />
                  Run now
                </ActionButton>
              </Show>
              <ActionButton
                needs="USER"
                look="danger"
                busy={busy()}
                blocked={props.run.cancelRequestedAt ? 'Cancelling: the worker has been told.' : undefined}
                onClick={cancel}
              >
                <Ban class="size-4" aria-hidden="true" />
                {props.run.cancelRequestedAt ? 'Cancelling…' : 'Cancel'}
              </ActionButton>
            </>
          }
        >
          <ActionButton needs="USER" look="primary" busy={busy()} onClick={retry}>
            <RotateCcw class="size-4" aria-hidden="true" />
            {props.run.status === 'SUCCEEDED' ? 'Run again' : 'Retry'}
          </ActionButton>
        </Show>
      }
    />
  );
}
