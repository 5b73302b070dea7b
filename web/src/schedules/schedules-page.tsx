import { useSearchParams } from '@solidjs/router';
import CalendarClock from 'lucide-solid/icons/calendar-clock';
import Plus from 'lucide-solid/icons/plus';
import SearchX from 'lucide-solid/icons/search-x';
import { createSignal, For, lazy, Match, Show, Suspense, Switch } from 'solid-js';
import { createList } from '../api/create-list';
import { SchedulesDocument } from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { AfterDelay } from '../ui/after-delay';
import { EmptyState } from '../ui/empty-state';
import { ErrorPanel } from '../ui/error-panel';
import { LoadBar } from '../ui/load-bar';
import { LoadMore } from '../ui/load-more';
import { PageHeader } from '../ui/page-header';
import { SearchBox } from '../ui/search-box';
import { ScheduleItem } from './schedule-item';

const ScheduleDialog = lazy(() => import('./schedule-dialog'));

/** What runs by itself, and when next. */
export default function SchedulesPage() {
  const [search, setSearch] = useSearchParams<{ q?: string }>();
  const q = () => search.q ?? '';
  const list = createList(
    SchedulesDocument,
    () => ({ filter: q() === '' ? null : { search: q() } }),
    (data) => data.schedules,
  );
  const [adding, setAdding] = createSignal(false);
  const add = () => (
    <ActionButton look="primary" needs="USER" onClick={() => setAdding(true)}>
      <Plus class="size-4" aria-hidden="true" />
      New schedule
    </ActionButton>
  );

  return (
    <>
      <PageHeader title="Schedules" lead="What runs by itself, and when next." actions={add()} />
      <div class="mb-4">
        <SearchBox
          class="max-w-md"
          label="Search schedules"
          value={q()}
          onSearch={(value) => setSearch({ q: value || null }, { replace: true })}
        />
        <LoadBar active={list.refreshing()} />
      </div>
      <Show when={list.error()}>
        {(error) => (
          <ErrorPanel class="mb-4" what="The schedules could not be loaded" error={error()} onRetry={list.retry} />
        )}
      </Show>
      <Switch>
        <Match when={list.nodes.length > 0}>
          <ul class="card divide-y divide-line overflow-clip">
            <For each={list.nodes}>
              {(schedule) => (
                <li>
                  <ScheduleItem schedule={schedule} onChanged={() => list.refetch()} />
                </li>
              )}
            </For>
          </ul>
          <LoadMore list={list} />
        </Match>
        <Match when={list.loading()}>
          <AfterDelay>
            <div class="card grid gap-6 p-4" aria-hidden="true">
              <For each={[1, 2, 3, 4]}>{() => <div class="skeleton h-16" />}</For>
            </div>
          </AfterDelay>
        </Match>
        <Match when={list.head() && q() !== ''}>
          <div class="card">
            <EmptyState
              icon={SearchX}
              title="No schedule matches"
              action={
                <button type="button" class="btn" onClick={() => setSearch({ q: null })}>
                  Clear the search
                </button>
              }
            >
              Nothing matches “{q()}”.
            </EmptyState>
          </div>
        </Match>
        <Match when={list.head()}>
          <div class="card">
            <EmptyState icon={CalendarClock} title="No schedules yet" action={add()}>
              A schedule starts a job by the clock, each time exactly once.
            </EmptyState>
          </div>
        </Match>
      </Switch>
      <Suspense>
        <Show when={adding()}>
          <ScheduleDialog onClose={() => setAdding(false)} onCreated={() => list.refetch()} />
        </Show>
      </Suspense>
    </>
  );
}
