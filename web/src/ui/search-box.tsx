import Search from 'lucide-solid/icons/search';
import X from 'lucide-solid/icons/x';
import { createEffect, createSignal, onCleanup, Show } from 'solid-js';

const settleMs = 200;

/** A search field; `/` focuses it. What is typed is reported once typing pauses. */
export function SearchBox(props: {
  value: string;
  label: string;
  list?: string;
  class?: string;
  onSearch: (value: string) => void;
}) {
  const [typed, setTyped] = createSignal(props.value);
  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(() => {
    const value = props.value;
    clearTimeout(timer);
    setTyped(value);
  });
  onCleanup(() => clearTimeout(timer));

  const search = (value: string, now = false) => {
    setTyped(value);
    clearTimeout(timer);
    if (now) props.onSearch(value.trim());
    else timer = setTimeout(() => props.onSearch(value.trim()), settleMs);
  };

  return (
    <div role="search" class={`relative ${props.class ?? ''}`}>
      <Search class="pointer-events-none absolute top-2.5 left-3 size-4 text-ink-faint" aria-hidden="true" />
      <input
        data-search
        type="text"
        inputmode="search"
        enterkeyhint="search"
        autocomplete="off"
        spellcheck={false}
        class="input px-9"
        aria-label={props.label}
        placeholder={props.label}
        list={props.list}
        value={typed()}
        onInput={(event) => search(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') search(event.currentTarget.value, true);
          if (event.key === 'Escape') {
            if (typed() === '') event.currentTarget.blur();
            else search('', true);
          }
        }}
      />
      <Show when={typed() !== ''}>
        <button
          type="button"
          class="absolute top-1 right-1 grid size-7 place-items-center rounded-md text-ink-faint hover:text-ink"
          aria-label="Clear the search"
          onClick={() => search('', true)}
        >
          <X class="size-4" aria-hidden="true" />
        </button>
      </Show>
    </div>
  );
}
