import { A } from '@solidjs/router';
import X from 'lucide-solid/icons/x';
import { createSignal, For, Show } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import type { Tone } from './status-look';
import { statusLook } from './status-look';

interface Toast {
  id: number;
  tone: Extract<Tone, 'ok' | 'bad' | 'off'>;
  text: string;
  link?: { href: string; text: string };
}

const shownMs = 7_000;
const mostShown = 4;
let nextId = 1;
const [toasts, setToasts] = createSignal<Toast[]>([]);

const dismiss = (id: number) => setToasts((list) => list.filter((toast) => toast.id !== id));

/** Says in passing what came of an action. Errors that need an answer belong where they happened, not here. */
export function toast(message: Omit<Toast, 'id'>): void {
  const id = nextId++;
  setToasts((list) => [...list, { ...message, id }].slice(-mostShown));
  setTimeout(() => dismiss(id), shownMs);
}

const icons = { ok: 'SUCCEEDED', bad: 'FAILED', off: 'QUEUED' } as const;

/** The one polite live region of the page. */
export function Toasts() {
  return (
    <div
      role="status"
      class="pointer-events-none fixed inset-x-4 bottom-20 z-50 flex flex-col items-center gap-2 sm:bottom-6 sm:items-end"
    >
      <For each={toasts()}>
        {(item) => (
          <div class="pointer-events-auto flex w-full max-w-sm items-start gap-3 rounded-xl border border-line bg-raised p-3 pl-4 shadow-float">
            <Dynamic
              component={statusLook(icons[item.tone]).icon}
              class={`tone-${item.tone} tone-text mt-1 size-4 shrink-0`}
              aria-hidden="true"
            />
            <p class="min-w-0 grow py-0.5">
              {item.text}{' '}
              <Show when={item.link}>
                {(link) => (
                  <A class="link font-medium whitespace-nowrap" href={link().href}>
                    {link().text}
                  </A>
                )}
              </Show>
            </p>
            <button
              type="button"
              class="btn btn-quiet btn-sm btn-icon -my-0.5 size-7! min-h-7!"
              aria-label="Dismiss"
              onClick={() => dismiss(item.id)}
            >
              <X class="size-4" aria-hidden="true" />
            </button>
          </div>
        )}
      </For>
    </div>
  );
}
