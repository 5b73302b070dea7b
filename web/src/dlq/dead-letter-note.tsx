import { createSignal, lazy, Match, Show, Suspense, Switch } from 'solid-js';
import type { DeadLetterState, RunFilter } from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { toast } from '../ui/toasts';

const RedriveDialog = lazy(() => import('./redrive-dialog'));
const DiscardDialog = lazy(() => import('./discard-dialog'));

/** What has become of a run that has no attempt left, and while nothing has, what can be done about it. */
export function DeadLetterNote(props: { run: { id: string; deadLetter: DeadLetterState | null } }) {
  const [asking, setAsking] = createSignal<'redrive' | 'discard'>();
  const filter = (): RunFilter => ({ ids: [props.run.id], deadLetter: ['OPEN'] });
  const close = () => setAsking(undefined);
  const begun = () =>
    toast({ tone: 'ok', text: 'It is being dealt with.', link: { href: '/dlq', text: 'See how it goes' } });
  return (
    <Show when={props.run.deadLetter}>
      <section
        class="mb-5 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-line bg-surface px-4 py-3"
        aria-label="Dead letter"
      >
        <p class="min-w-0 grow basis-60 text-ink-soft">
          <Switch>
            <Match when={props.run.deadLetter === 'OPEN'}>
              This run is a dead letter: no attempt is left, and nobody has dealt with it yet.
            </Match>
            <Match when={props.run.deadLetter === 'REDRIVEN'}>
              This dead letter was redriven: a later run does its work.
            </Match>
            <Match when={props.run.deadLetter === 'DISCARDED'}>
              This dead letter was discarded; its timeline says why.
            </Match>
          </Switch>
        </p>
        <Show when={props.run.deadLetter === 'OPEN'}>
          <div class="flex flex-wrap gap-2">
            <ActionButton small needs="USER" onClick={() => setAsking('discard')}>
              Discard
            </ActionButton>
            <ActionButton small needs="USER" onClick={() => setAsking('redrive')}>
              Redrive
            </ActionButton>
          </div>
        </Show>
      </section>
      <Suspense>
        <Switch>
          <Match when={asking() === 'redrive'}>
            <RedriveDialog what="this run" filter={filter()} onBegun={begun} onClose={close} />
          </Match>
          <Match when={asking() === 'discard'}>
            <DiscardDialog what="this run" filter={filter()} onBegun={begun} onClose={close} />
          </Match>
        </Switch>
      </Suspense>
    </Show>
  );
}
