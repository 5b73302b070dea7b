import { Navigate, useSearchParams } from '@solidjs/router';
import Eye from 'lucide-solid/icons/eye';
import EyeOff from 'lucide-solid/icons/eye-off';
import LogIn from 'lucide-solid/icons/log-in';
import { createSignal, onMount, Show } from 'solid-js';
import type { ApiError } from '../api/api-error';
import { Logo } from '../shell/logo';
import { ThemeButton } from '../shell/theme-button';
import { ActionButton } from '../ui/action-button';
import { ErrorPanel } from '../ui/error-panel';
import { Field } from '../ui/field';
import { session, signIn } from './session';
import { wantedUrl } from './wanted-url';

export default function LoginPage() {
  const [search] = useSearchParams<{ to?: string }>();
  const target = () => wantedUrl(search.to);
  onMount(() => {
    document.title = 'Sign in · Jobflow';
  });
  return (
    <Show when={session().status !== 'signed-in'} fallback={<Navigate href={target()} />}>
      <div class="relative flex min-h-dvh flex-col items-center justify-center overflow-hidden px-4 py-10">
        <FlowLines />
        <div class="absolute top-3 right-3">
          <ThemeButton />
        </div>
        <main class="relative w-full max-w-sm">
          <div class="mb-6 flex flex-col items-center gap-3 text-center">
            <Logo class="size-12 drop-shadow-lg" />
            <div>
              <h1>Sign in to Jobflow</h1>
              <p class="mt-0.5 text-ink-soft">Jobs, runs and everything between.</p>
            </div>
          </div>
          <div class="card p-6 shadow-lift">
            <LoginForm />
          </div>
          <p class="mt-5 text-center text-[0.8125rem] text-ink-faint">
            First start? The address and password of the first admin are in the server’s output.
          </p>
        </main>
      </div>
    </Show>
  );
}

function LoginForm() {
  const [email, setEmail] = createSignal('');
  const [password, setPassword] = createSignal('');
  const [shown, setShown] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (busy()) return;
    setBusy(true);
    setError(undefined);
    const result = await signIn(email().trim(), password());
    setBusy(false);
    if (!result.ok) setError(refused(result.error));
  }

  return (
    <form class="grid gap-4" onSubmit={submit}>
      <Show when={error()}>{(problem) => <ErrorPanel error={problem()} />}</Show>
      <Field label="Email">
        {(control) => (
          <input
            {...control}
            class="input min-h-10"
            type="email"
            name="email"
            autocomplete="username"
            required
            autofocus
            value={email()}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Password">
        {(control) => (
          <div class="relative">
            <input
              {...control}
              class="input min-h-10 pr-11"
              type={shown() ? 'text' : 'password'}
              name="password"
              autocomplete="current-password"
              required
              value={password()}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
            <button
              type="button"
              class="absolute top-1 right-1 grid size-8 place-items-center rounded-md text-ink-faint hover:text-ink"
              aria-label={shown() ? 'Hide the password' : 'Show the password'}
              onClick={() => setShown(!shown())}
            >
              <Show when={shown()} fallback={<Eye class="size-4" aria-hidden="true" />}>
                <EyeOff class="size-4" aria-hidden="true" />
              </Show>
            </button>
          </div>
        )}
      </Field>
      <ActionButton type="submit" look="primary" class="mt-1 min-h-10 w-full" busy={busy()}>
        <Show when={!busy()}>
          <LogIn class="size-4" aria-hidden="true" />
        </Show>
        Sign in
      </ActionButton>
    </form>
  );
}

/** The same words for an unknown address and a wrong password: the page must not tell who has an account. */
function refused(error: ApiError): ApiError {
  const wrong = error.code === 'UNAUTHENTICATED' || error.code === 'NOT_FOUND' || error.code === 'BAD_USER_INPUT';
  return wrong ? { ...error, message: 'Email and password do not match.', fields: {} } : error;
}

/** Quiet lines behind the card, so that the page is not an empty plane. */
function FlowLines() {
  return (
    <svg
      class="pointer-events-none absolute inset-0 size-full text-accent opacity-15"
      viewBox="0 0 1200 800"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      <g fill="none" stroke="currentColor" stroke-width="1.5">
        <path d="M-40 180H340a120 120 0 0 1 0 240H180a120 120 0 0 0 0 240H1240" />
        <path d="M1240 120H860a120 120 0 0 0 0 240h160a120 120 0 0 1 0 240H600" />
        <path d="M-40 60H560a80 80 0 0 1 0 160H480" />
      </g>
      <g fill="currentColor">
        <circle cx="340" cy="180" r="5" />
        <circle cx="180" cy="660" r="5" />
        <circle cx="860" cy="120" r="5" />
        <circle cx="1020" cy="600" r="5" />
        <circle cx="480" cy="220" r="5" />
      </g>
    </svg>
  );
}
