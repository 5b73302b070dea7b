import { For, Show } from 'solid-js';
import type { ApiError } from '../api/api-error';
import { fieldError } from '../api/api-error';
import type { RunStatus } from '../generated/graphql';
import { TextInput } from '../ui/text-input';

const ends: { status: RunStatus; label: string }[] = [
  { status: 'SUCCEEDED', label: 'succeeded' },
  { status: 'FAILED', label: 'failed' },
  { status: 'CANCELLED', label: 'was cancelled' },
  { status: 'EXPIRED', label: 'expired' },
];

/** Which job a schedule follows, and which of its ends make it fire. */
export function AfterJobFields(props: {
  job: string;
  statuses: readonly RunStatus[];
  jobs: readonly string[];
  error: ApiError | undefined;
  onJob: (job: string) => void;
  onStatuses: (statuses: RunStatus[]) => void;
}) {
  function toggle(status: RunStatus) {
    const others = props.statuses.filter((one) => one !== status);
    props.onStatuses(others.length < props.statuses.length ? others : [...others, status]);
  }

  return (
    <div class="grid gap-4">
      <TextInput
        label="After each run of"
        value={props.job}
        suggestions={[...props.jobs]}
        hint="One run is made for each run of it that ends so. A chain that leads back to itself is refused."
        error={fieldError(props.error, 'afterJob')}
        onInput={props.onJob}
      />
      <fieldset>
        <legend class="text-[0.8125rem] text-ink-soft">that</legend>
        <div class="mt-1 flex flex-wrap gap-1.5">
          <For each={ends}>
            {(end) => (
              <button
                type="button"
                class="btn btn-sm aria-pressed:border-accent-ink aria-pressed:bg-accent-soft!"
                aria-pressed={props.statuses.includes(end.status)}
                onClick={() => toggle(end.status)}
              >
                {end.label}
              </button>
            )}
          </For>
        </div>
        <Show when={fieldError(props.error, 'afterStatuses')}>
          {(text) => <p class="tone-bad tone-text mt-1 text-[0.8125rem]">{text()}</p>}
        </Show>
      </fieldset>
    </div>
  );
}
