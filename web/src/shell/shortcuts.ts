import { createSignal } from 'solid-js';

/**
 * Single-key shortcuts as a small machine: `g` waits a second for its second key. They are ignored while typing, with a
 * modifier held, or behind a dialog, and can be turned off altogether (WCAG 2.1.4).
 */
export type Shortcut =
  | 'focus-search'
  | 'go-jobs'
  | 'go-runs'
  | 'go-monitor'
  | 'go-schedules'
  | 'go-channels'
  | 'go-dead-letters'
  | 'next-theme'
  | 'help';

export interface ShortcutKey {
  key: string;
  at: number;
  modified: boolean;
  typing: boolean;
}

const afterG: Record<string, Shortcut> = {
  j: 'go-jobs',
  r: 'go-runs',
  m: 'go-monitor',
  s: 'go-schedules',
  c: 'go-channels',
  d: 'go-dead-letters',
};
const single: Record<string, Shortcut> = { '/': 'focus-search', t: 'next-theme', '?': 'help' };
const chordMs = 1_000;

/** Feeds one key at a time; answers with the shortcut it completes. */
export function shortcutReader(): (key: ShortcutKey) => Shortcut | undefined {
  let pressedG = Number.NEGATIVE_INFINITY;
  return ({ key, at, modified, typing }) => {
    const chord = at - pressedG <= chordMs;
    pressedG = Number.NEGATIVE_INFINITY;
    if (modified || typing) return undefined;
    if (chord && Object.hasOwn(afterG, key)) return afterG[key];
    if (key === 'g') pressedG = at;
    return Object.hasOwn(single, key) ? single[key] : undefined;
  };
}

const storageKey = 'jobflow.shortcuts';
const [shortcutsOn, setOn] = createSignal(readStored());

export { shortcutsOn };

export function setShortcutsOn(on: boolean): void {
  setOn(on);
  try {
    localStorage.setItem(storageKey, on ? 'on' : 'off');
  } catch {
    // Without storage the choice lasts as long as the tab.
  }
}

function readStored(): boolean {
  try {
    return localStorage.getItem(storageKey) !== 'off';
  } catch {
    return true;
  }
}
