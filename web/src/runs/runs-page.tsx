import { A, useSearchParams } from '@solidjs/router';
import ArrowUp from 'lucide-solid/icons/arrow-up';
import ListChecks from 'lucide-solid/icons/list-checks';
import SearchX from 'lucide-solid/icons/search-x';
import { For, Match, Show, Switch } from 'solid-js';
import { createList } from '../api/create-list';
import { createQuery } from '../api/create-query';
import { JobNamesDocument, RunsDocument } from '../generated/graphql';
import { AfterDelay } from '../ui/after-delay';
import { EmptyState } from '../ui/empty-state';
import { ErrorPanel } from '../ui/error-panel';
import { LoadBar } from '../ui/load-bar';
import { LoadMore } from '../ui/load-more';
import { PageHeader } from '../ui/page-header';
import { SearchBox } from '../ui/search-box';
import { statusLook } from '../ui/status-look';
import { RunTable } from './run-table';
import { hasFilter, type RunSearch, readStatuses, runFilterFrom, shownStatuses, toggleStatus } from './runs-search';
import { useLiveRuns } from './use-live-runs';

/** Every run, newest first. Rows change in place; new ones wait behind a button until they are asked for. */
export default function RunsPage() {
  const [search, setSearch] = useSearchParams<RunSearch>();
  const list = createList(
    RunsDocument,
    () => ({ filter: runFilterFrom(search) }),
    (data) => data.runs,
  );
  const live = useLiveRuns(list, () => runFilterFrom(search));
  const jobs = createQuery(JobNamesDocument, () => ({ first: 200 }));
  const clear = () => setSearch({ status: null, job: null, schedule: null, operation: null });

  return (
    <>
      <PageHeader title="Runs" lead="Everything that ran, runs or waits to run, newest first." />
      <div class="grid gap-3">
        <SearchBox
          class="max-w-md"
          label="Show runs of one job"
          list="run-jobs"
          value={search.job ?? ''}
          onSearch={(job) => setSearch({ job: job || null }, { replace: true })}
        />
        <datalist id="run-jobs">
          <For each={jobs.data()?.jobs?.nodes ?? []}>{(job) => <option value={job.name}>{job.title}</option>}</For>
        </datalist>
        <Show when={search.operation}>
          <p class="flex flex-wrap items-center gap-x-3 gap-y-1 text-[0.8125rem] text-ink-soft">
            Only runs of one bulk operation.
            <button type="button" class="link" onClick={() => setSearch({ operation: null })}>
              Show all
            </button>
          </p>
        </Show>
        <StatusFilter value={search.status} onChange={(status) => setSearch({ status })} />
      </div>
      <div class="mt-2">
        <LoadBar active={list.refreshing()} />
      </div>
      <Show when={list.error()}>
        {(error) => (
          <ErrorPanel class="mb-4" what="The runs could not be loaded" error={error()} onRetry={list.retry} />
        )}
      </Show>
      <div class="relative">
        <Show when={live.newCount() > 0}>
          <div class="sticky top-16 z-10 flex h-0 justify-center">
            <button
              type="button"
              class="btn btn-primary btn-sm -mt-2 h-8 rounded-full! px-4! shadow-lift!"
              onClick={live.showNew}
            >
              <ArrowUp class="size-4" aria-hidden="true" />
              {live.newCount() > 999 ? '999+' : live.newCount()} new
            </button>
          </div>
        </Show>
        <Switch>
          <Match when={list.loading()}>
            <AfterDelay>
              <RowsSkeleton />
            </AfterDelay>
          </Match>
          <Match when={list.nodes.length > 0}>
            <div class="card overflow-clip">
              <RunTable runs={list.nodes} label="Runs" />
            </div>
            <LoadMore list={list} />
          </Match>
          <Match when={list.head() && hasFilter(search)}>
            <div class="card">
              <EmptyState
                icon={SearchX}
                title="No run matches"
                action={
                  <button type="button" class="btn" onClick={clear}>
                    Clear the filter
                  </button>
                }
              >
                There are runs, but none with this status and job.
              </EmptyState>
            </div>
          </Match>
          <Match when={list.head()}>
            <div class="card">
              <EmptyState
                icon={ListChecks}
                title="Nothing has run yet"
                action={
                  <A class="btn btn-primary" href="/jobs">
                    Go to Jobs
                  </A>
                }
              >
                Start a job and its run appears here at once.
              </EmptyState>
            </div>
          </Match>
        </Switch>
      </div>
    </>
  );
}

function StatusFilter(props: { value: string | undefined; onChange: (status: string | null) => void }) {
  const chosen = () => readStatuses(props.value);
  return (
    <fieldset class="min-w-0">
      <legend class="sr-only">Status</legend>
      <div class="-mx-4 flex gap-1.5 overflow-x-auto px-4 py-1 [scrollbar-width:none] sm:-mx-1 sm:flex-wrap sm:px-1">
        <button
          type="button"
          class={filterChip}
          aria-pressed={chosen().length === 0}
          onClick={() => props.onChange(null)}
        >
          All
        </button>
        <For each={shownStatuses}>
          {(status) => (
            <button
              type="button"
              class={filterChip}
              aria-pressed={chosen().includes(status)}
              onClick={() => props.onChange(toggleStatus(props.value, status))}
            >
              <span class={`tone-${statusLook(status).tone} tone-bg size-2 rounded-full`} />
              {statusLook(status).label}
            </button>
          )}
        </For>
      </div>
    </fieldset>
  );
}

const filterChip =
  'inline-flex h-8 shrink-0 items-center gap-2 rounded-full border border-line bg-surface px-3 text-[0.8125rem] font-medium text-ink-soft transition-colors hover:border-line-strong aria-pressed:border-accent-ink aria-pressed:bg-accent-soft aria-pressed:text-accent-ink';

function RowsSkeleton() {
  return (
    <div class="card divide-y divide-line" aria-hidden="true">
      <For each={[1, 2, 3, 4, 5, 6, 7, 8]}>
        {() => (
          <div class="flex items-center gap-6 px-4 py-3.5">
            <div class="skeleton h-5 w-24 rounded-full" />
            <div class="skeleton h-4 grow" />
            <div class="skeleton h-4 w-16" />
          </div>
        )}
      </For>
    </div>
  );
}
