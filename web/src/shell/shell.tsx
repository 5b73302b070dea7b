import { useLocation } from '@solidjs/router';
import { createEffect, createSignal, type JSX, lazy, on, onCleanup, Show, Suspense } from 'solid-js';
import { createQuery } from '../api/create-query';
import { LiveHealthDocument, SystemDocument } from '../generated/graphql';
import { subscribeLive } from '../live/live-connection';
import type { SessionUser } from '../session/session';
import { AfterDelay } from '../ui/after-delay';
import { Toasts } from '../ui/toasts';
import { ConnectionPill } from './connection-pill';
import { HealthAlert, type HealthState } from './health-alert';
import { Logo } from './logo';
import { Nav } from './nav';
import { ThemeButton } from './theme-button';
import { useShortcuts } from './use-shortcuts';
import { UserMenu } from './user-menu';

const ShortcutsDialog = lazy(() => import('./shortcuts-dialog'));
const PasswordDialog = lazy(() => import('../session/password-dialog'));

/** What surrounds every page of someone signed in. */
export function Shell(props: { user: SessionUser; children: JSX.Element }) {
  const [dialog, setDialog] = createSignal<'shortcuts' | 'password'>();
  const [health, setHealth] = createSignal<HealthState>();
  const location = useLocation();
  let main: HTMLElement | undefined;

  useShortcuts(() => setDialog('shortcuts'));
  // This subscription also keeps the socket open on pages that have none of their own, so that the pill tells the truth.
  onCleanup(subscribeLive(LiveHealthDocument, () => ({}), { next: (data) => setHealth(data.health) }));
  // Keyboard and screen-reader users start at the new page, not at the link they came by.
  createEffect(
    on(
      () => location.pathname,
      () => main?.focus({ preventScroll: true }),
      { defer: true },
    ),
  );

  const close = () => setDialog(undefined);
  return (
    <div class="sm:flex">
      <a href="#main" class="btn sr-only z-50 focus:not-sr-only focus:fixed! focus:top-2! focus:left-2!">
        Skip to the content
      </a>
      <Nav />
      <div class="flex min-h-dvh min-w-0 grow flex-col pb-20 sm:pb-0">
        <TopBar user={props.user} onShortcuts={() => setDialog('shortcuts')} onPassword={() => setDialog('password')} />
        <main
          id="main"
          ref={main}
          tabindex="-1"
          class="mx-auto w-full max-w-[84rem] min-w-0 grow px-4 pt-5 pb-12 sm:px-6 lg:px-8"
        >
          <HealthAlert health={health()} />
          <Suspense
            fallback={
              <AfterDelay>
                <div class="skeleton h-8 w-48" />
              </AfterDelay>
            }
          >
            {props.children}
          </Suspense>
        </main>
      </div>
      <Toasts />
      <Suspense>
        <Show when={dialog() === 'shortcuts'}>
          <ShortcutsDialog open onClose={close} />
        </Show>
        <Show when={dialog() === 'password'}>
          <PasswordDialog open onClose={close} />
        </Show>
      </Suspense>
    </div>
  );
}

function TopBar(props: { user: SessionUser; onShortcuts: () => void; onPassword: () => void }) {
  const system = createQuery(SystemDocument, () => ({}));
  const info = () => system.data()?.system;
  return (
    <header class="sticky top-0 z-20 flex h-14 items-center gap-2 border-b border-line bg-page/85 px-4 backdrop-blur-md sm:gap-3 sm:px-6 lg:px-8">
      <Logo class="size-7 shrink-0 sm:hidden" />
      <Show when={info()}>
        {(it) => (
          <span
            class={`chip min-w-0 ${it().environment === 'production' ? 'tone-bad tone-chip' : 'tone-off tone-chip'}`}
            title={`${it().name} ${it().version}, environment ${it().environment}`}
          >
            <span class="truncate">{it().environment}</span>
          </span>
        )}
      </Show>
      <div class="grow" />
      <ConnectionPill />
      <ThemeButton />
      <UserMenu user={props.user} onShortcuts={props.onShortcuts} onPassword={props.onPassword} />
    </header>
  );
}
