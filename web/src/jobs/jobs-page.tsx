import { A, useSearchParams } from '@solidjs/router';
import LayoutGrid from 'lucide-solid/icons/layout-grid';
import Plus from 'lucide-solid/icons/plus';
import SearchX from 'lucide-solid/icons/search-x';
import { createSignal, For, lazy, Match, Show, Suspense, Switch } from 'solid-js';
import { createList } from '../api/create-list';
import { type JobCardPartsFragment, JobsDocument } from '../generated/graphql';
import { AfterDelay } from '../ui/after-delay';
import { EmptyState } from '../ui/empty-state';
import { ErrorPanel } from '../ui/error-panel';
import { LoadBar } from '../ui/load-bar';
import { LoadMore } from '../ui/load-more';
import { PageHeader } from '../ui/page-header';
import { SearchBox } from '../ui/search-box';
import { JobCard, JobCardSkeleton } from './job-card';
import { frozen, needsInput, type RunnableJob, runJob } from './run-job';
import { useLiveJobs } from './use-live-jobs';

const RunNowDialog = lazy(() => import('./run-now-dialog'));

const grid = 'grid grid-cols-1 gap-4 md:grid-cols-2 xl:grid-cols-3';

/** Every job as a card: how it is doing, when it runs next, and a button to run it now. */
export function JobsPage() {
  const [search, setSearch] = useSearchParams<{ q?: string }>();
  const q = () => search.q ?? '';
  const list = createList(
    JobsDocument,
    () => ({ filter: q() === '' ? null : { search: q() } }),
    (data) => data.jobs,
    48,
  );
  useLiveJobs(list);
  const [asking, setAsking] = createSignal<RunnableJob>();

  const run = async (job: JobCardPartsFragment) => {
    if (needsInput(job)) setAsking(frozen(job));
    else await runJob(job);
  };

  const newJob = () => (
    <A class="btn btn-primary" href="/jobs/new">
      <Plus class="size-4" aria-hidden="true" />
      New job
    </A>
  );

  return (
    <>
      <PageHeader title="Jobs" lead="What this Jobflow knows how to run." actions={newJob()} />
      <div class="mb-4">
        <SearchBox
          class="max-w-md"
          label="Search jobs"
          value={q()}
          onSearch={(value) => setSearch({ q: value || null }, { replace: true })}
        />
        <LoadBar active={list.refreshing()} />
      </div>
      <Show when={list.error()}>
        {(error) => (
          <ErrorPanel class="mb-4" what="The jobs could not be loaded" error={error()} onRetry={list.retry} />
        )}
      </Show>
      <Switch>
        <Match when={list.loading()}>
          <AfterDelay>
            <div class={grid} aria-hidden="true">
              <For each={[1, 2, 3, 4, 5, 6]}>{() => <JobCardSkeleton />}</For>
            </div>
          </AfterDelay>
        </Match>
        <Match when={list.nodes.length > 0}>
          <ul class={grid}>
            <For each={list.nodes}>
              {(job) => (
                <li class="min-w-0">
                  <JobCard job={job} onRun={() => run(job)} />
                </li>
              )}
            </For>
          </ul>
          <LoadMore list={list} />
        </Match>
        <Match when={list.head() && q() !== ''}>
          <div class="card">
            <EmptyState
              icon={SearchX}
              title="No job matches"
              action={
                <button type="button" class="btn" onClick={() => setSearch({ q: null })}>
                  Clear the search
                </button>
              }
            >
              No job’s name, title or description contains “{q()}”.
            </EmptyState>
          </div>
        </Match>
        <Match when={list.head()}>
          <div class="card">
            <EmptyState icon={LayoutGrid} title="No jobs yet" action={newJob()}>
              A job is something to run: a request, a script, or a function in your own code. Create the first one here
              or through the API.
            </EmptyState>
          </div>
        </Match>
      </Switch>
      <Suspense>
        <Show when={asking()}>{(job) => <RunNowDialog job={job()} onClose={() => setAsking(undefined)} />}</Show>
      </Suspense>
    </>
  );
}
