import { createMemo, For, Show } from 'solid-js';
import { CopyButton } from './copy-button';
import { jsonTokens } from './json-tokens';

/** A JSON value, indented and coloured, in a scroller of its own. Very long values are cut, with the whole to copy. */
const longestShown = 50_000;

export function JsonView(props: { value: unknown; label: string }) {
  const text = createMemo(() => JSON.stringify(props.value, null, 2) ?? 'null');
  const shown = () => text().slice(0, longestShown);
  return (
    <div class="relative">
      <div class="absolute top-1.5 right-2">
        <CopyButton text={text()} label={`Copy ${props.label}`} />
      </div>
      <pre
        tabindex="0"
        role="region"
        aria-label={props.label}
        class="max-h-[32rem] overflow-auto rounded-lg border border-line bg-sunken p-4 pr-12 font-mono text-[0.8125rem] leading-6"
      >
        <For each={jsonTokens(shown())}>{(token) => <span class={tokenClass[token.kind]}>{token.text}</span>}</For>
      </pre>
      <Show when={text().length > longestShown}>
        <p class="mt-1 text-xs text-ink-faint">
          Cut after {longestShown.toLocaleString()} characters; copy has it all.
        </p>
      </Show>
    </div>
  );
}

const tokenClass = {
  key: 'text-accent-ink',
  string: 'text-ok',
  number: 'text-run',
  word: 'text-wait',
  plain: 'text-ink-soft',
};
