import { For } from 'solid-js';
import { Modal } from '../ui/modal';
import { setShortcutsOn, shortcutsOn } from './shortcuts';

const rows: [string[], string][] = [
  [['/'], 'Search on this page'],
  [['g', 'j'], 'Go to Jobs'],
  [['g', 'r'], 'Go to Runs'],
  [['g', 'm'], 'Go to Monitor'],
  [['g', 'd'], 'Go to Dead letters'],
  [['g', 's'], 'Go to Schedules'],
  [['g', 'c'], 'Go to Channels'],
  [['t'], 'Next theme'],
  [['?'], 'This list'],
];

export default function ShortcutsDialog(props: { open: boolean; onClose: () => void }) {
  return (
    <Modal open={props.open} onClose={props.onClose} title="Keyboard shortcuts">
      <ul class="divide-y divide-line">
        <For each={rows}>
          {([keys, does]) => (
            <li class="flex items-center justify-between gap-4 py-2">
              <span>{does}</span>
              <span class="flex gap-1">
                <For each={keys}>
                  {(key) => (
                    <kbd class="min-w-7 rounded-md border border-line bg-sunken px-1.5 py-0.5 text-center font-mono text-xs">
                      {key}
                    </kbd>
                  )}
                </For>
              </span>
            </li>
          )}
        </For>
      </ul>
      <label class="mt-4 flex items-center gap-3 rounded-lg bg-sunken p-3">
        <input
          type="checkbox"
          class="size-4.5 accent-accent"
          checked={shortcutsOn()}
          onChange={(event) => setShortcutsOn(event.currentTarget.checked)}
        />
        <span>Use single-key shortcuts</span>
      </label>
    </Modal>
  );
}
