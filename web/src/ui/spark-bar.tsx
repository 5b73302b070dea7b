import { createMemo, For } from 'solid-js';
import { formatDuration } from '../time/duration';
import { sparkBars } from './spark-bars';
import { statusLook } from './status-look';

export interface SparkOutcome {
  runId: string;
  status: string;
  durationMs: number | null;
}

/** The last twenty outcomes, oldest left: colour by outcome, height by duration. */
export function SparkBar(props: { outcomes: readonly SparkOutcome[] }) {
  const bars = createMemo(() => sparkBars(props.outcomes));
  const summary = () => {
    const ok = props.outcomes.filter((outcome) => outcome.status === 'SUCCEEDED').length;
    const failed = props.outcomes.filter((outcome) => outcome.status === 'FAILED').length;
    if (props.outcomes.length === 0) return 'No run has ended yet';
    return `Last ${props.outcomes.length} runs: ${ok} succeeded, ${failed} failed`;
  };
  return (
    <svg class="block h-8 w-full" viewBox="0 0 200 32" preserveAspectRatio="none" role="img" aria-label={summary()}>
      <For each={bars()}>
        {(bar) => (
          <rect
            x={bar.x}
            y={32 - bar.height}
            width="7.5"
            height={bar.height}
            rx="1.5"
            class={bar.outcome ? `tone-${statusLook(bar.outcome.status).tone} tone-fill` : 'fill-line'}
          >
            <title>
              {bar.outcome
                ? `${statusLook(bar.outcome.status).label}, ${formatDuration(bar.outcome.durationMs)}`
                : 'No run'}
            </title>
          </rect>
        )}
      </For>
    </svg>
  );
}
