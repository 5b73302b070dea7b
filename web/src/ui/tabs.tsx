import { Tabs } from '@kobalte/core/tabs';
import { For, type JSX } from 'solid-js';

/** Tabs whose choice is the page's business (its address), not theirs. */
export function TabView(props: {
  tabs: { id: string; label: string }[];
  current: string;
  label: string;
  onSelect: (id: string) => void;
  children: JSX.Element;
}) {
  return (
    <Tabs value={props.current} onChange={props.onSelect}>
      <Tabs.List
        aria-label={props.label}
        class="flex gap-1 overflow-x-auto border-b border-line px-2 [scrollbar-width:none]"
      >
        <For each={props.tabs}>
          {(tab) => (
            <Tabs.Trigger
              value={tab.id}
              class="relative h-11 shrink-0 rounded-t-md px-3 font-medium text-ink-soft -outline-offset-2 hover:text-ink data-[selected]:text-accent-ink data-[selected]:after:absolute data-[selected]:after:inset-x-2 data-[selected]:after:-bottom-px data-[selected]:after:h-0.5 data-[selected]:after:rounded-full data-[selected]:after:bg-accent-ink"
            >
              {tab.label}
            </Tabs.Trigger>
          )}
        </For>
      </Tabs.List>
      <Tabs.Content value={props.current} class="-outline-offset-2">
        {props.children}
      </Tabs.Content>
    </Tabs>
  );
}
