import { A, useNavigate, useParams } from '@solidjs/router';
import ArrowLeft from 'lucide-solid/icons/arrow-left';
import ListChecks from 'lucide-solid/icons/list-checks';
import Play from 'lucide-solid/icons/play';
import Trash from 'lucide-solid/icons/trash';
import { createSignal, lazy, Match, Show, Suspense, Switch } from 'solid-js';
import { mutate } from '../api/api-client';
import type { ApiError } from '../api/api-error';
import { createQuery } from '../api/create-query';
import { DeleteJobDocument, JobDocument, type JobQuery, SetJobEnabledDocument } from '../generated/graphql';
import { RunTable } from '../runs/run-table';
import { ActionButton } from '../ui/action-button';
import { AfterDelay } from '../ui/after-delay';
import { ConfirmDialog } from '../ui/confirm-dialog';
import { EmptyState } from '../ui/empty-state';
import { ErrorPanel } from '../ui/error-panel';
import { NotFoundPage } from '../ui/not-found-page';
import { PageHeader } from '../ui/page-header';
import { StatusBadge } from '../ui/status-badge';
import { toast } from '../ui/toasts';
import { JobDefinition } from './job-definition';
import { JobFigures } from './job-figures';
import { JobSchedules } from './job-schedules';
import { frozen, needsInput, runJob } from './run-job';
import { useLiveJob } from './use-live-job';

const RunNowDialog = lazy(() => import('./run-now-dialog'));

export type JobDetail = NonNullable<JobQuery['job']>;

export default function JobPage() {
  const params = useParams<{ name: string }>();
  const name = () => decodeURIComponent(params.name);
  const state = createQuery(JobDocument, () => ({ name: name() }));
  useLiveJob(name, state);
  const job = () => state.data()?.job ?? undefined;
  const missing = () =>
    state.error()?.code === 'NOT_FOUND' || (state.data() && !state.data()?.job && state.error() === undefined);

  return (
    <Switch>
      <Match when={missing()}>
        <NotFoundPage
          what="There is no such job"
          why={`No job is called “${name()}”. It may have been deleted; its past runs are still in the list of runs.`}
          back={{ href: '/jobs', text: 'All jobs' }}
        />
      </Match>
      <Match when={job()}>{(it) => <JobView job={it()} refetch={state.refetch} error={state.error()} />}</Match>
      <Match when={state.error()}>
        {(error) => <ErrorPanel what="The job could not be loaded" error={error()} onRetry={state.refetch} />}
      </Match>
      <Match when={state.loading()}>
        <AfterDelay>
          <div class="grid gap-4" aria-hidden="true">
            <div class="skeleton h-9 w-64" />
            <div class="skeleton h-24 w-full rounded-xl" />
            <div class="skeleton h-72 w-full rounded-xl" />
          </div>
        </AfterDelay>
      </Match>
    </Switch>
  );
}

function JobView(props: { job: JobDetail; refetch: () => Promise<void>; error: ApiError | undefined }) {
  return (
    <>
      <JobHead job={props.job} refetch={props.refetch} />
      <Show when={props.error}>
        {(error) => (
          <ErrorPanel class="mb-4" what="The job could not be refreshed" error={error()} onRetry={props.refetch} />
        )}
      </Show>
      <JobFigures job={props.job} />
      <div class="mt-5 grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div class="grid min-w-0 gap-5">
          <section class="card min-w-0" aria-labelledby="recent-runs">
            <div class="flex items-center justify-between gap-3 px-4 pt-4 pb-2">
              <h2 id="recent-runs">Recent runs</h2>
              <A class="link py-1 text-[0.8125rem]" href={`/runs?job=${encodeURIComponent(props.job.name)}`}>
                All its runs
              </A>
            </div>
            <Show
              when={props.job.recentRuns.length > 0}
              fallback={
                <EmptyState icon={ListChecks} title="No runs yet">
                  Run it now, or give it a schedule.
                </EmptyState>
              }
            >
              <RunTable runs={props.job.recentRuns} label="Recent runs" hideJob />
            </Show>
          </section>
          <JobSchedules job={props.job} refetch={props.refetch} />
        </div>
        <JobDefinition job={props.job} />
      </div>
    </>
  );
}

function JobHead(props: { job: JobDetail; refetch: () => Promise<void> }) {
  const navigate = useNavigate();
  const [asking, setAsking] = createSignal(false);
  const [deleting, setDeleting] = createSignal(false);
  const [busy, setBusy] = createSignal(false);

  async function run() {
    if (needsInput(props.job)) return setAsking(true);
    setBusy(true);
    await runJob(props.job);
    setBusy(false);
  }

  async function setEnabled(enabled: boolean) {
    setBusy(true);
    const result = await mutate(SetJobEnabledDocument, { name: props.job.name, enabled });
    setBusy(false);
    if (!result.ok) toast({ tone: 'bad', text: result.error.message });
    await props.refetch();
  }

  async function remove() {
    const result = await mutate(DeleteJobDocument, { name: props.job.name });
    if (!result.ok) return result.error;
    toast({ tone: 'ok', text: `${props.job.title} is deleted.` });
    navigate('/jobs');
    return undefined;
  }

  return (
    <>
      <PageHeader
        title={props.job.title}
        lead={props.job.description ?? undefined}
        above={
          <A href="/jobs" class="link mb-1 inline-flex items-center gap-1 py-1 text-[0.8125rem] no-underline!">
            <ArrowLeft class="size-3.5" aria-hidden="true" />
            Jobs
          </A>
        }
        beside={
          <Show when={!props.job.enabled}>
            <StatusBadge status="DISABLED" />
          </Show>
        }
        actions={
          <>
            <ActionButton needs="USER" busy={busy()} onClick={() => setEnabled(!props.job.enabled)}>
              {props.job.enabled ? 'Disable' : 'Enable'}
            </ActionButton>
            <ActionButton
              needs="USER"
              look="danger"
              icon
              aria-label="Delete this job"
              onClick={() => setDeleting(true)}
            >
              <Trash class="size-4" aria-hidden="true" />
            </ActionButton>
            <ActionButton
              needs="USER"
              look="primary"
              busy={busy()}
              blocked={props.job.enabled ? undefined : 'This job is disabled: enable it first.'}
              onClick={run}
            >
              <Play class="size-3.5" aria-hidden="true" />
              Run now
            </ActionButton>
          </>
        }
      />
      <Suspense>
        <Show when={asking()}>
          <RunNowDialog job={frozen(props.job)} onClose={() => setAsking(false)} />
        </Show>
      </Suspense>
      <ConfirmDialog
        open={deleting()}
        title={`Delete ${props.job.title}?`}
        action="Delete job"
        onConfirm={remove}
        onClose={() => setDeleting(false)}
      >
        Its schedules stop. Runs that already wait still run, and its history stays.
      </ConfirmDialog>
    </>
  );
}
