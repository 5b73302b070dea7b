import Bell from 'lucide-solid/icons/bell';
import { createEffect, For, Match, on, onCleanup, Switch } from 'solid-js';
import { createList } from '../api/create-list';
import { DeliveryItem } from '../channels/delivery-item';
import { DeliveriesDocument } from '../generated/graphql';
import { EmptyState } from '../ui/empty-state';
import { ErrorPanel } from '../ui/error-panel';

/** Who was told about this run, and what they answered. */
export function RunDeliveries(props: { runId: string; revision: number }) {
  const list = createList(
    DeliveriesDocument,
    () => ({ filter: { runId: props.runId } }),
    (data) => data.deliveries,
  );
  // A change of the run is what is told about; its deliveries follow within moments.
  createEffect(
    on(
      () => props.revision,
      () => {
        const timer = setTimeout(() => void list.refetch(), 1_500);
        onCleanup(() => clearTimeout(timer));
      },
      { defer: true },
    ),
  );
  return (
    <Switch>
      <Match when={list.error()}>
        {(error) => (
          <ErrorPanel class="m-4" what="The deliveries could not be loaded" error={error()} onRetry={list.retry} />
        )}
      </Match>
      <Match when={list.nodes.length > 0}>
        <ul class="divide-y divide-line">
          <For each={list.nodes}>
            {(delivery) => (
              <li>
                <DeliveryItem delivery={delivery} hideRun />
              </li>
            )}
          </For>
        </ul>
      </Match>
      <Match when={list.head()}>
        <EmptyState icon={Bell} title="Nobody was told">
          A channel whose rules match this run tells about it when it ends.
        </EmptyState>
      </Match>
    </Switch>
  );
}
