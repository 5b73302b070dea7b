import { For, Show } from 'solid-js';
import type { HealthPartsFragment } from '../generated/graphql';
import { StatusBadge } from '../ui/status-badge';
import { TimeAgo } from '../ui/time-ago';

const order = { DOWN: 0, DEGRADED: 1, OK: 2 };

/** Every health check in words, the worst first. */
export function HealthChecks(props: { health: HealthPartsFragment }) {
  const checks = () => [...props.health.checks].sort((a, b) => order[a.status] - order[b.status]);
  return (
    <section class="card min-w-0 overflow-clip" aria-labelledby="health">
      <div class="flex items-center gap-3 px-4 pt-4 pb-2">
        <h2 id="health">Health</h2>
        <StatusBadge status={props.health.status} />
      </div>
      <ul class="grid divide-y divide-line border-t border-line">
        <For each={checks()}>
          {(check) => (
            <li class="grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-3 px-4 py-2.5 max-sm:grid-cols-1 max-sm:gap-y-1">
              <span>
                <StatusBadge status={check.status} />
              </span>
              <div class="min-w-0">
                <p class="break-words">
                  {check.message}
                  <Show when={check.status !== 'OK' && check.since}>
                    <span class="text-ink-faint">
                      {' '}
                      since <TimeAgo at={check.since} />
                    </span>
                  </Show>
                </p>
                <Show when={check.action}>
                  <p class="text-[0.8125rem] text-ink-soft">{check.action}</p>
                </Show>
              </div>
            </li>
          )}
        </For>
      </ul>
    </section>
  );
}
