import CircleAlert from 'lucide-solid/icons/circle-alert';
import { Show } from 'solid-js';
import type { ApiError } from '../api/api-error';
import { CopyButton } from './copy-button';

/** An error where it happened: what went wrong, a way to try again, and the id that finds it in the server's log. */
export function ErrorPanel(props: { error: ApiError; what?: string; onRetry?: () => void; class?: string }) {
  return (
    <div role="alert" class={`tone-bad tone-panel flex gap-3 rounded-xl p-4 ${props.class ?? ''}`}>
      <CircleAlert class="tone-text mt-0.5 size-5 shrink-0" aria-hidden="true" />
      <div class="min-w-0 grow">
        <Show when={props.what}>
          <p class="font-semibold">{props.what}</p>
        </Show>
        <p class="text-ink-soft">{props.error.message}</p>
        <div class="mt-2 flex flex-wrap items-center gap-x-4 gap-y-2 empty:hidden">
          <Show when={props.onRetry}>
            {(retry) => (
              <button type="button" class="btn btn-sm" onClick={() => retry()()}>
                Try again
              </button>
            )}
          </Show>
          <Show when={props.error.correlationId}>
            {(id) => (
              <span class="inline-flex min-w-0 items-center gap-1 text-xs text-ink-soft">
                <span class="truncate font-mono">{id()}</span>
                <CopyButton text={id()} label="Copy the correlation id" />
              </span>
            )}
          </Show>
        </div>
      </div>
    </div>
  );
}
