import { A } from '@solidjs/router';
import TriangleAlert from 'lucide-solid/icons/triangle-alert';
import { Show } from 'solid-js';
import type { HealthPartsFragment } from '../generated/graphql';

export type HealthState = HealthPartsFragment;

/** On top of every page when something is wrong: the worst check in words, the rest one link away. */
export function HealthAlert(props: { health: HealthState | undefined }) {
  const wrong = () => (props.health?.checks ?? []).filter((check) => check.status !== 'OK');
  const worst = () => wrong().find((check) => check.status === 'DOWN') ?? wrong()[0];
  return (
    <Show when={worst()}>
      {(check) => (
        <div
          role="status"
          class={`${check().status === 'DOWN' ? 'tone-bad' : 'tone-warn'} tone-panel mb-5 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-xl px-4 py-2.5`}
        >
          <TriangleAlert class="tone-text size-4.5 shrink-0" aria-hidden="true" />
          <p class="min-w-0 grow basis-48">
            <span class="font-medium">{check().message}</span>{' '}
            <Show when={check().action}>
              <span class="text-ink-soft">{check().action}</span>
            </Show>
          </p>
          <A href="/monitor" class="link py-1 font-medium">
            {wrong().length > 1 ? `All ${wrong().length} problems` : 'See health'}
          </A>
        </div>
      )}
    </Show>
  );
}
