import Check from 'lucide-solid/icons/check';
import Copy from 'lucide-solid/icons/copy';
import { createSignal, onCleanup, Show } from 'solid-js';
import { toast } from './toasts';

/** Copies a text; says so by its icon for two seconds. */
export function CopyButton(props: { text: string; label: string; withWord?: boolean }) {
  const [done, setDone] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));

  async function copy() {
    try {
      await navigator.clipboard.writeText(props.text);
      setDone(true);
      clearTimeout(timer);
      timer = setTimeout(() => setDone(false), 2_000);
    } catch {
      toast({ tone: 'bad', text: 'The browser did not allow copying. Select the text and copy it by hand.' });
    }
  }

  return (
    <button
      type="button"
      class={`btn btn-sm btn-quiet text-ink-soft! ${props.withWord ? '' : 'btn-icon'}`}
      aria-label={props.withWord ? undefined : props.label}
      title={props.label}
      onClick={copy}
    >
      <Show when={done()} fallback={<Copy class="size-4" aria-hidden="true" />}>
        <Check class="tone-ok tone-text size-4" aria-hidden="true" />
      </Show>
      <Show when={props.withWord}>{done() ? 'Copied' : 'Copy'}</Show>
    </button>
  );
}
