import { useSearchParams } from '@solidjs/router';
import CircleCheck from 'lucide-solid/icons/circle-check';
import RefreshCw from 'lucide-solid/icons/refresh-cw';
import SearchX from 'lucide-solid/icons/search-x';
import { createEffect, createSignal, For, lazy, Match, on, onCleanup, Show, Suspense, Switch } from 'solid-js';
import { createList } from '../api/create-list';
import { createQuery } from '../api/create-query';
import { OperationCard } from '../bulk/operation-card';
import { useOperations } from '../bulk/use-operations';
import {
  DeadLetterCountDocument,
  DeadLetterGroupsDocument,
  JobNamesDocument,
  type RunFilter,
} from '../generated/graphql';
import { subscribeLive } from '../live/live-connection';
import { ActionButton } from '../ui/action-button';
import { AfterDelay } from '../ui/after-delay';
import { EmptyState } from '../ui/empty-state';
import { ErrorPanel } from '../ui/error-panel';
import { LoadBar } from '../ui/load-bar';
import { LoadMore } from '../ui/load-more';
import { PageHeader } from '../ui/page-header';
import { SearchBox } from '../ui/search-box';
import { DeadLetterGroups } from './dead-letter-groups';
import { type DlqSearch, letterFilter } from './dlq-search';
import { GroupRows } from './group-rows';

const RedriveDialog = lazy(() => import('./redrive-dialog'));
const DiscardDialog = lazy(() => import('./discard-dialog'));

interface Asking {
  dialog: 'redrive' | 'discard';
  what: string;
  filter: RunFilter;
}

/** Runs that have no attempt left: grouped by their mistake, to be run again or put away. */
export default function DlqPage() {
  const [search, setSearch] = useSearchParams<DlqSearch>();
  const list = createList(
    DeadLetterGroupsDocument,
    () => ({ filter: letterFilter({ ...(search.job ? { job: search.job } : {}) }) }),
    (data) => data.deadLetterGroups,
  );
  const jobs = createQuery(JobNamesDocument, () => ({ first: 200 }));
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = createSignal<Asking>();
  const [changes, setChanges] = createSignal(0);
  const news = useNews();
  const refresh = async () => {
    setChanges((count) => count + 1);
    news.reset();
    await list.refetch();
  };
  const operations = useOperations((operation) => {
    if (operation.finished) void refresh();
  });

  const toggle = (id: string) =>
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  // Only what is shown can be chosen: a group that is gone is not redriven when it comes back.
  const selected = () => list.nodes.filter((group) => chosen().has(group.id));
  /** In a button there is room for few words: the dialog says the job as well. */
  const what = () => {
    if (search.group) return 'this group';
    const count = selected().length;
    return count > 0 ? `${count} group${count === 1 ? '' : 's'}` : 'all';
  };
  const ask = (dialog: Asking['dialog']) =>
    setAsking({
      dialog,
      what: search.job && !search.group ? `${what()} of ${search.job}` : what(),
      filter: letterFilter(
        search,
        selected().map((group) => group.id),
      ),
    });
  const nothing = () => (list.nodes.length === 0 ? 'There are no open dead letters.' : undefined);
  const address = (group?: string) => {
    const query = new URLSearchParams({ ...(search.job && { job: search.job }), ...(group && { group }) }).toString();
    return query === '' ? '/dlq' : `/dlq?${query}`;
  };

  return (
    <>
      <PageHeader
        title="Dead letters"
        lead="Runs that have no attempt left, by what went wrong. Redrive them once it is mended, or discard them."
        actions={
          <>
            <ActionButton needs="USER" blocked={nothing()} onClick={() => ask('discard')}>
              Discard {what()}
            </ActionButton>
            <ActionButton look="primary" needs="USER" blocked={nothing()} onClick={() => ask('redrive')}>
              Redrive {what()}
            </ActionButton>
          </>
        }
      />
      <Show when={operations.current().length > 0}>
        <section class="mb-5" aria-label="Operations under way">
          <div class="card divide-y divide-line overflow-clip">
            <For each={operations.current()}>
              {(operation) => <OperationCard operation={operation} onChanged={operations.begun} />}
            </For>
          </div>
        </section>
      </Show>
      <Show
        when={!search.group}
        fallback={<GroupRows filter={letterFilter(search)} back={address()} changes={changes()} />}
      >
        <div class="flex flex-wrap items-center justify-between gap-3">
          <SearchBox
            class="w-full max-w-md"
            label="Show dead letters of one job"
            list="dlq-jobs"
            value={search.job ?? ''}
            onSearch={(job) => setSearch({ job: job || null }, { replace: true })}
          />
          <datalist id="dlq-jobs">
            <For each={jobs.data()?.jobs?.nodes ?? []}>{(job) => <option value={job.name}>{job.title}</option>}</For>
          </datalist>
          <Show when={news.any()}>
            <button type="button" class="btn btn-sm" onClick={refresh}>
              <RefreshCw class="size-3.5" aria-hidden="true" />
              Changed: show as it is now
            </button>
          </Show>
        </div>
        <div class="mt-2">
          <LoadBar active={list.refreshing()} />
        </div>
        <Show when={list.error()}>
          {(error) => (
            <ErrorPanel class="mb-4" what="The dead letters could not be loaded" error={error()} onRetry={list.retry} />
          )}
        </Show>
        <Switch>
          <Match when={list.nodes.length > 0}>
            <DeadLetterGroups
              groups={list.nodes}
              chosen={chosen()}
              hrefOf={(group) => address(group.id)}
              onToggle={toggle}
            />
            <LoadMore list={list} />
          </Match>
          <Match when={list.loading()}>
            <AfterDelay>
              <div class="card grid gap-5 p-4" aria-hidden="true">
                <For each={[1, 2, 3]}>{() => <div class="skeleton h-12" />}</For>
              </div>
            </AfterDelay>
          </Match>
          <Match when={list.head() && search.job}>
            <div class="card">
              <EmptyState
                icon={SearchX}
                title="No dead letter matches"
                action={
                  <button type="button" class="btn" onClick={() => setSearch({ job: null })}>
                    Show all jobs
                  </button>
                }
              >
                Nothing of {search.job} waits here.
              </EmptyState>
            </div>
          </Match>
          <Match when={list.head()}>
            <div class="card">
              <EmptyState icon={CircleCheck} title="No dead letters">
                Every run that failed was redriven or discarded, or none has failed for good.
              </EmptyState>
            </div>
          </Match>
        </Switch>
      </Show>
      <Earlier operations={operations} />
      <Suspense>
        <Show when={asking()} keyed>
          {(it) => (
            <Switch>
              <Match when={it.dialog === 'redrive'}>
                <RedriveDialog {...it} onBegun={operations.begun} onClose={() => setAsking(undefined)} />
              </Match>
              <Match when={it.dialog === 'discard'}>
                <DiscardDialog {...it} onBegun={operations.begun} onClose={() => setAsking(undefined)} />
              </Match>
            </Switch>
          )}
        </Show>
      </Suspense>
    </>
  );
}

/** What was done before to many runs at once, here or elsewhere: who, why, and how it ended. */
function Earlier(props: { operations: ReturnType<typeof useOperations> }) {
  return (
    <Show when={props.operations.earlier().length > 0 || props.operations.query.error()}>
      <section class="mt-8" aria-labelledby="earlier-operations">
        <h2 id="earlier-operations" class="mb-3">
          Earlier operations
        </h2>
        <Show when={props.operations.query.error()}>
          {(error) => (
            <ErrorPanel
              class="mb-4"
              what="The operations could not be loaded"
              error={error()}
              onRetry={props.operations.query.refetch}
            />
          )}
        </Show>
        <div class="card divide-y divide-line overflow-clip empty:hidden">
          <For each={props.operations.earlier()}>
            {(operation) => <OperationCard operation={operation} onChanged={props.operations.begun} />}
          </For>
        </div>
      </section>
    </Show>
  );
}

/** Whether there are more or fewer dead letters now than when the list was asked for. */
function useNews() {
  const [count, setCount] = createSignal<number>();
  const [shown, setShown] = createSignal<number>();
  const stop = subscribeLive(DeadLetterCountDocument, () => ({}), {
    next: ({ stats }) => setCount(stats.deadLetters),
  });
  onCleanup(stop);
  createEffect(
    on(count, (now) => {
      if (shown() === undefined) setShown(now);
    }),
  );
  return { any: () => shown() !== undefined && count() !== shown(), reset: () => setShown(undefined) };
}
