import ChevronRight from 'lucide-solid/icons/chevron-right';
import { createMemo, For, Show } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { createClock } from '../time/clock';
import { formatDuration } from '../time/duration';
import { clockTime } from '../time/relative-time';
import { isTerminal, statusLook } from '../ui/status-look';
import type { RunDetail } from './run-page';
import { type Phase, placeOn, runPhases } from './run-phases';
import { statePath } from './state-path';

/** The way of the run so far: its states in order, and where its time went. */
export function RunPath(props: { run: RunDetail }) {
  const ended = () => isTerminal(props.run.status);
  const ticking = createClock(1_000);
  const now = () => (ended() ? Date.parse(props.run.finishedAt ?? props.run.createdAt) : ticking());
  const phases = createMemo(() => runPhases(props.run, now()));
  const start = () => phases()[0]?.from ?? Date.parse(props.run.createdAt);
  const end = () => Math.max(start() + 1, ...phases().map((phase) => phase.to));
  const total = (kind: Phase['kind']) =>
    phases().reduce((sum, phase) => (phase.kind === kind ? sum + phase.to - phase.from : sum), 0);

  return (
    <section class="card min-w-0 p-4 sm:p-5" aria-label="Where the time went">
      <ol class="flex flex-wrap items-center gap-x-1.5 gap-y-2">
        <For each={statePath(props.run)}>
          {(step, index) => (
            <li class="flex items-center gap-1.5">
              <Show when={index() > 0}>
                <ChevronRight class="size-4 text-ink-faint" aria-hidden="true" />
              </Show>
              <span
                class={`chip tone-${statusLook(step.status).tone} ${step.current ? 'tone-chip' : 'text-ink-soft'}`}
                aria-current={step.current ? 'step' : undefined}
              >
                <Dynamic
                  component={statusLook(step.status).icon}
                  class={`tone-text size-3.5 ${step.current && statusLook(step.status).moving ? 'spin' : ''}`}
                  aria-hidden="true"
                />
                {statusLook(step.status).label}
                <Show when={step.at}>
                  {(at) => (
                    <time datetime={at()} class="font-normal opacity-90">
                      {clockTime(Date.parse(at()))}
                    </time>
                  )}
                </Show>
              </span>
            </li>
          )}
        </For>
      </ol>
      <div class="mt-4 grid gap-1.5">
        <For each={rowsOf(phases())}>
          {(row) => <AttemptBar attempt={row.attempt} phases={row.phases} start={start()} end={end()} />}
        </For>
      </div>
      <dl class="mt-3 flex flex-wrap gap-x-6 gap-y-1 text-[0.8125rem]">
        <Legend look={phaseClass.wait} label="Waited" ms={total('wait')} />
        <Legend look={ended() ? barTone(props.run.status) : phaseClass.run} label="Ran" ms={total('run')} />
        <Show when={total('backoff') > 0}>
          <Legend look={phaseClass.backoff} label="Backed off" ms={total('backoff')} />
        </Show>
      </dl>
    </section>
  );
}

const phaseClass = { wait: 'bg-wait-fill', run: 'bg-run-fill', backoff: 'bg-line-strong' };
const mostBars = 12;

/** One row per attempt; a run with very many shows its last dozen. */
function rowsOf(phases: Phase[]): { attempt: number; phases: Phase[] }[] {
  const rows = new Map<number, Phase[]>();
  for (const phase of phases) rows.set(phase.attempt, [...(rows.get(phase.attempt) ?? []), phase]);
  return [...rows].map(([attempt, own]) => ({ attempt, phases: own })).slice(-mostBars);
}

function AttemptBar(props: { attempt: number; phases: Phase[]; start: number; end: number }) {
  const summary = () => props.phases.map((it) => `${it.kind} ${formatDuration(it.to - it.from)}`).join(', ');
  return (
    <div class="flex items-center gap-3">
      <span class="num w-5 shrink-0 text-right text-xs text-ink-faint">{props.attempt}</span>
      <div
        role="img"
        aria-label={`Attempt ${props.attempt}: ${summary()}`}
        class="relative h-4 min-w-0 grow overflow-hidden rounded bg-sunken"
      >
        <For each={props.phases}>
          {(phase) => {
            const place = () => placeOn(props.start, props.end, phase);
            const tone = () => (phase.kind === 'run' && phase.status ? barTone(phase.status) : phaseClass[phase.kind]);
            return (
              <span
                class={`absolute inset-y-0 min-w-0.5 ${tone()} ${phase.open ? 'pulse' : ''}`}
                title={`${phase.kind}: ${formatDuration(phase.to - phase.from)}`}
                style={{ left: `${place().left}%`, width: `${place().width}%` }}
              />
            );
          }}
        </For>
      </div>
    </div>
  );
}

function barTone(status: string): string {
  const { tone } = statusLook(status);
  return tone === 'ok' ? 'bg-ok-fill' : tone === 'bad' ? 'bg-bad-fill' : 'bg-run-fill';
}

function Legend(props: { look: string; label: string; ms: number }) {
  return (
    <div class="flex items-center gap-2">
      <dt class="flex items-center gap-2 text-ink-faint">
        <span class={`size-2.5 rounded-sm ${props.look}`} />
        {props.label}
      </dt>
      <dd class="num font-medium">{formatDuration(props.ms)}</dd>
    </div>
  );
}
