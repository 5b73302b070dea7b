import { A } from '@solidjs/router';
import ArrowLeft from 'lucide-solid/icons/arrow-left';
import CircleCheck from 'lucide-solid/icons/circle-check';
import { createEffect, For, Match, on, Show, Switch } from 'solid-js';
import { createList } from '../api/create-list';
import { type RunFilter, RunsDocument } from '../generated/graphql';
import { RunTable } from '../runs/run-table';
import { AfterDelay } from '../ui/after-delay';
import { EmptyState } from '../ui/empty-state';
import { ErrorPanel } from '../ui/error-panel';
import { LoadBar } from '../ui/load-bar';
import { LoadMore } from '../ui/load-more';

/** The runs of one group, newest first. `changes` counts what happened to them: they are asked for again. */
export function GroupRows(props: { filter: RunFilter; back: string; changes: number }) {
  const list = createList(
    RunsDocument,
    () => ({ filter: props.filter }),
    (data) => data.runs,
  );
  createEffect(
    on(
      () => props.changes,
      () => void list.refetch(),
      { defer: true },
    ),
  );
  return (
    <section aria-labelledby="group-runs">
      <A class="link mb-3 inline-flex items-center gap-1.5" href={props.back}>
        <ArrowLeft class="size-4" aria-hidden="true" />
        All groups
      </A>
      <h2 id="group-runs" class="mb-1">
        Dead letters of this group
      </h2>
      <Show when={list.nodes[0]?.error?.message}>
        {(message) => <p class="mb-3 break-words text-ink-soft">{message()}</p>}
      </Show>
      <LoadBar active={list.refreshing()} />
      <Show when={list.error()}>
        {(error) => (
          <ErrorPanel class="mb-4" what="The runs could not be loaded" error={error()} onRetry={list.retry} />
        )}
      </Show>
      <Switch>
        <Match when={list.nodes.length > 0}>
          <div class="card overflow-clip">
            <RunTable runs={list.nodes} label="Dead letters" />
          </div>
          <LoadMore list={list} />
        </Match>
        <Match when={list.loading()}>
          <AfterDelay>
            <div class="card grid gap-4 p-4" aria-hidden="true">
              <For each={[1, 2, 3, 4]}>{() => <div class="skeleton h-10" />}</For>
            </div>
          </AfterDelay>
        </Match>
        <Match when={list.head()}>
          <div class="card">
            <EmptyState
              icon={CircleCheck}
              title="Nothing is left of this group"
              action={
                <A class="btn" href={props.back}>
                  All groups
                </A>
              }
            >
              Its dead letters were redriven or discarded.
            </EmptyState>
          </div>
        </Match>
      </Switch>
    </section>
  );
}
