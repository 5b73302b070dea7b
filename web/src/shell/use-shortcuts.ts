import { useNavigate } from '@solidjs/router';
import { onCleanup, onMount } from 'solid-js';
import { type Shortcut, shortcutReader, shortcutsOn } from './shortcuts';
import { nextTheme } from './theme';

const pages: Partial<Record<Shortcut, string>> = {
  'go-jobs': '/jobs',
  'go-runs': '/runs',
  'go-monitor': '/monitor',
  'go-schedules': '/schedules',
  'go-channels': '/channels',
  'go-dead-letters': '/dlq',
};

/** Listens for the page's shortcuts while the shell is shown. */
export function useShortcuts(showHelp: () => void): void {
  const navigate = useNavigate();
  const read = shortcutReader();

  function onKeyDown(event: KeyboardEvent) {
    if (!shortcutsOn() || event.defaultPrevented) return;
    const shortcut = read({
      key: event.key,
      at: event.timeStamp,
      modified: event.ctrlKey || event.metaKey || event.altKey,
      typing: isTyping(event.target) || document.querySelector('[role="dialog"],[role="menu"]') !== null,
    });
    if (!shortcut) return;
    event.preventDefault();
    const page = pages[shortcut];
    if (page) navigate(page);
    else if (shortcut === 'next-theme') nextTheme();
    else if (shortcut === 'help') showHelp();
    else document.querySelector<HTMLInputElement>('[data-search]')?.focus();
  }

  onMount(() => document.addEventListener('keydown', onKeyDown));
  onCleanup(() => document.removeEventListener('keydown', onKeyDown));
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
