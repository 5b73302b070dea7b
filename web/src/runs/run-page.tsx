import { useParams, useSearchParams } from '@solidjs/router';
import { createMemo, For, Match, Show, Switch } from 'solid-js';
import { createQuery } from '../api/create-query';
import { DeadLetterNote } from '../dlq/dead-letter-note';
import { RunPageDocument, type RunPageQuery } from '../generated/graphql';
import { AfterDelay } from '../ui/after-delay';
import { ErrorPanel } from '../ui/error-panel';
import { JsonView } from '../ui/json-view';
import { NotFoundPage } from '../ui/not-found-page';
import { isTerminal } from '../ui/status-look';
import { TabView } from '../ui/tabs';
import { LogView } from './log-view';
import { RunAttempts } from './run-attempts';
import { RunDeliveries } from './run-deliveries';
import { RunEvents } from './run-events';
import { RunFacts } from './run-facts';
import { RunHeader } from './run-header';
import { RunPath } from './run-path';
import { useLiveRun } from './use-live-run';

export type RunDetail = NonNullable<RunPageQuery['run']>;

const tabs = [
  { id: 'logs', label: 'Logs' },
  { id: 'result', label: 'Result' },
  { id: 'input', label: 'Input' },
  { id: 'attempts', label: 'Attempts' },
  { id: 'deliveries', label: 'Deliveries' },
  { id: 'timeline', label: 'Timeline' },
];

export default function RunPage() {
  const params = useParams<{ id: string }>();
  const state = createQuery(RunPageDocument, () => ({ id: params.id }));
  useLiveRun(() => params.id, state);
  // Data of the run shown before must not stand under this run's address while it loads.
  const run = () => {
    const it = state.data()?.run;
    return it && it.id === params.id ? it : undefined;
  };
  const missing = () =>
    state.error()?.code === 'NOT_FOUND' ||
    (state.data() !== undefined && !state.data()?.run && !state.error()) ||
    (state.error()?.code === 'BAD_USER_INPUT' && !run());

  return (
    <Switch>
      <Match when={missing()}>
        <NotFoundPage
          what="This run is not here"
          why="It was never made, or its history has passed its retention time and was removed."
          back={{ href: '/runs', text: 'All runs' }}
        />
      </Match>
      <Match when={run()}>
        {(it) => (
          <>
            <RunHeader run={it()} refetch={state.refetch} />
            <Show when={state.error()}>
              {(error) => (
                <ErrorPanel
                  class="mb-4"
                  what="This run could not be refreshed"
                  error={error()}
                  onRetry={state.refetch}
                />
              )}
            </Show>
            <WhyNotRunning run={it()} />
            <WhatWentWrong run={it()} />
            <DeadLetterNote run={it()} />
            <RunPath run={it()} />
            <RunTabs run={it()} />
          </>
        )}
      </Match>
      <Match when={state.error()}>
        {(error) => <ErrorPanel what="The run could not be loaded" error={error()} onRetry={state.refetch} />}
      </Match>
      <Match when={!run()}>
        <AfterDelay>
          <div class="grid gap-4" aria-hidden="true">
            <div class="skeleton h-9 w-72 max-w-full" />
            <div class="skeleton h-40 w-full rounded-xl" />
            <div class="skeleton h-96 w-full rounded-xl" />
          </div>
        </AfterDelay>
      </Match>
    </Switch>
  );
}

function WhyNotRunning(props: { run: RunDetail }) {
  return (
    <Show when={!isTerminal(props.run.status) && props.run.whyNotRunning.length > 0}>
      <section class="tone-wait tone-panel mb-5 rounded-xl px-4 py-3" aria-label="Why it is not running">
        <h2 class="text-sm">Why it is not running yet</h2>
        <ul class="mt-1 list-disc space-y-0.5 pl-5 text-ink-soft">
          <For each={props.run.whyNotRunning}>{(reason) => <li>{reason.message}</li>}</For>
        </ul>
      </section>
    </Show>
  );
}

/** The last error, before anybody has to look for it in a tab. */
function WhatWentWrong(props: { run: RunDetail }) {
  return (
    <Show when={props.run.status !== 'SUCCEEDED' && props.run.error}>
      {(error) => (
        <section class="tone-bad tone-panel mb-5 rounded-xl px-4 py-3" aria-label="What went wrong">
          <h2 class="text-sm">{props.run.status === 'FAILED' ? 'Why it failed' : 'What went wrong last'}</h2>
          <p class="mt-1 break-words text-ink-soft">{error().message}</p>
          <Show when={error().code}>
            <p class="mt-1 font-mono text-[0.8125rem] text-ink-soft">{error().code}</p>
          </Show>
        </section>
      )}
    </Show>
  );
}

// Nothing in here is loaded lazily: the address changes in a transition, and a tab that waited for its chunk would be
// shown without ever being marked as the selected one.
function RunTabs(props: { run: RunDetail }) {
  const [search, setSearch] = useSearchParams<{ tab?: string }>();
  const tab = createMemo(() => tabs.find((it) => it.id === search.tab)?.id ?? 'logs');
  const runId = createMemo(() => props.run.id);
  return (
    <section class="card mt-5 min-w-0 overflow-clip" aria-label="Details">
      <TabView
        tabs={tabs}
        current={tab()}
        label="Details"
        onSelect={(id) => setSearch({ tab: id === 'logs' ? null : id }, { replace: true })}
      >
        <h2 class="sr-only">{tabs.find((it) => it.id === tab())?.label}</h2>
        <Switch>
          <Match when={tab() === 'logs'}>
            <Show when={runId()} keyed>
              {(id) => <LogView runId={id} ended={isTerminal(props.run.status)} />}
            </Show>
          </Match>
          <Match when={tab() === 'result'}>
            <RunResult run={props.run} />
          </Match>
          <Match when={tab() === 'input'}>
            <div class="grid gap-5 p-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
              <Show when={props.run.input !== null} fallback={<Nothing>This run was started without input.</Nothing>}>
                <JsonView value={props.run.input} label="Input" />
              </Show>
              <RunFacts run={props.run} />
            </div>
          </Match>
          <Match when={tab() === 'attempts'}>
            <RunAttempts run={props.run} />
          </Match>
          <Match when={tab() === 'deliveries'}>
            <RunDeliveries runId={runId()} revision={props.run.revision} />
          </Match>
          <Match when={tab() === 'timeline'}>
            <RunEvents run={props.run} />
          </Match>
        </Switch>
      </TabView>
    </section>
  );
}

function RunResult(props: { run: RunDetail }) {
  return (
    <div class="grid gap-4 p-4">
      <Show when={props.run.error}>
        {(error) => (
          <div class="tone-bad tone-panel rounded-xl p-4">
            <p class="font-semibold break-words">{error().message}</p>
            <p class="mt-0.5 text-[0.8125rem] text-ink-soft">
              {error().code ? `${error().code} · ` : ''}
              {error().retryable ? 'may be retried' : 'not retried'}
            </p>
          </div>
        )}
      </Show>
      <Show
        when={props.run.result !== null}
        fallback={
          <Show when={!props.run.error}>
            <Nothing>
              {isTerminal(props.run.status)
                ? 'This run ended without a result.'
                : 'The result appears when the run ends.'}
            </Nothing>
          </Show>
        }
      >
        <JsonView value={props.run.result} label="Result" />
      </Show>
    </div>
  );
}

function Nothing(props: { children: string }) {
  return <p class="px-4 py-10 text-center text-ink-soft">{props.children}</p>;
}
