import { type JSX, Show } from 'solid-js';
import { Logo } from '../shell/logo';

/** The last resort when nothing else can be drawn. */
export function CrashPage(props: { title?: string; error?: unknown; onRetry?: () => void; children?: JSX.Element }) {
  const detail = () => (props.error instanceof Error ? props.error.message : undefined);
  return (
    <main class="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center gap-3 p-6 text-center">
      <Logo class="size-12" />
      <h1 class="mt-3">{props.title ?? 'This page broke'}</h1>
      <p class="text-ink-soft">
        {props.children ?? 'Something in the dashboard itself went wrong. Nothing on the server is affected.'}
      </p>
      <Show when={detail()}>
        <p class="max-w-full rounded-lg bg-sunken px-3 py-2 font-mono text-xs break-words">{detail()}</p>
      </Show>
      <button
        type="button"
        class="btn btn-primary mt-3"
        onClick={() => (props.onRetry ? props.onRetry() : window.location.reload())}
      >
        {props.onRetry ? 'Try again' : 'Reload the page'}
      </button>
    </main>
  );
}
