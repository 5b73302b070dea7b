import { A, useLocation } from '@solidjs/router';
import Activity from 'lucide-solid/icons/activity';
import Bell from 'lucide-solid/icons/bell';
import CalendarClock from 'lucide-solid/icons/calendar-clock';
import Inbox from 'lucide-solid/icons/inbox';
import LayoutGrid from 'lucide-solid/icons/layout-grid';
import ListChecks from 'lucide-solid/icons/list-checks';
import { For, Show } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { Logo } from './logo';

const pages: { href: string; label: string; short?: string; icon: typeof Bell }[] = [
  { href: '/jobs', label: 'Jobs', icon: LayoutGrid },
  { href: '/runs', label: 'Runs', icon: ListChecks },
  { href: '/monitor', label: 'Monitor', icon: Activity },
  { href: '/dlq', label: 'Dead letters', short: 'DLQ', icon: Inbox },
  { href: '/schedules', label: 'Schedules', icon: CalendarClock },
  { href: '/channels', label: 'Channels', icon: Bell },
];

/** A side bar with words on wide screens, with small words on middling ones, and a bar at the bottom on small ones. */
export function Nav() {
  const location = useLocation();
  const isCurrent = (href: string) => location.pathname === href || location.pathname.startsWith(`${href}/`);
  return (
    <nav
      aria-label="Main"
      class="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] sm:sticky sm:top-0 sm:flex sm:h-dvh sm:w-22 sm:shrink-0 sm:flex-col sm:border-t-0 sm:border-r sm:pb-0 lg:w-56"
    >
      <A
        href="/jobs"
        class="hidden h-14 items-center gap-2.5 sm:flex sm:justify-center lg:justify-start lg:px-5"
        aria-label="Jobflow, start page"
      >
        <Logo class="size-7" />
        <span class="hidden text-[1.0625rem] font-semibold tracking-tight lg:inline">Jobflow</span>
      </A>
      <ul class="flex justify-around sm:flex-col sm:justify-start sm:gap-1 sm:p-2 lg:px-3">
        <For each={pages}>
          {(page) => (
            <li class="min-w-0 flex-1 sm:flex-none">
              <A
                href={page.href}
                aria-current={isCurrent(page.href) ? 'page' : undefined}
                class={`flex flex-col items-center gap-0.5 px-0.5 py-2 text-[0.6875rem] font-medium max-sm:text-[0.625rem] transition-colors sm:rounded-lg lg:flex-row lg:gap-3 lg:px-3 lg:text-sm ${
                  isCurrent(page.href)
                    ? 'text-accent-ink sm:bg-accent-soft'
                    : 'text-ink-soft hover:text-ink sm:hover:bg-sunken'
                }`}
              >
                <Dynamic component={page.icon} class="size-5 shrink-0 lg:size-4.5" aria-hidden="true" />
                <span class={`max-w-full truncate ${page.short ? 'max-lg:hidden' : ''}`}>{page.label}</span>
                <Show when={page.short}>{(short) => <span class="lg:hidden">{short()}</span>}</Show>
              </A>
            </li>
          )}
        </For>
      </ul>
    </nav>
  );
}
