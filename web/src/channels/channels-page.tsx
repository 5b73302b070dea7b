import Bell from 'lucide-solid/icons/bell';
import Plus from 'lucide-solid/icons/plus';
import Send from 'lucide-solid/icons/send';
import { createSignal, For, lazy, Match, Show, Suspense, Switch } from 'solid-js';
import { createList } from '../api/create-list';
import { createQuery } from '../api/create-query';
import { ChannelsDocument, DeliveriesDocument } from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { AfterDelay } from '../ui/after-delay';
import { EmptyState } from '../ui/empty-state';
import { ErrorPanel } from '../ui/error-panel';
import { LoadBar } from '../ui/load-bar';
import { LoadMore } from '../ui/load-more';
import { PageHeader } from '../ui/page-header';
import { ChannelCard } from './channel-card';
import { DeliveryItem } from './delivery-item';

const NewChannelDialog = lazy(() => import('./new-channel-dialog'));

/** Who is told about runs, and what was told lately. */
export default function ChannelsPage() {
  const channels = createQuery(ChannelsDocument, () => ({}));
  const deliveries = createList(
    DeliveriesDocument,
    () => ({ filter: null }),
    (data) => data.deliveries,
  );
  const [adding, setAdding] = createSignal(false);
  const all = () => channels.data()?.channels ?? [];
  const refetch = async () => {
    await Promise.all([channels.refetch(), deliveries.refetch()]);
  };

  const add = () => (
    <ActionButton look="primary" needs="USER" onClick={() => setAdding(true)}>
      <Plus class="size-4" aria-hidden="true" />
      New webhook
    </ActionButton>
  );

  return (
    <>
      <PageHeader title="Channels" lead="Tell other systems when runs end." actions={add()} />
      <Show when={channels.error()}>
        {(error) => (
          <ErrorPanel class="mb-4" what="The channels could not be loaded" error={error()} onRetry={channels.refetch} />
        )}
      </Show>
      <Switch>
        <Match when={all().length > 0}>
          <ul class="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
            <For each={all()}>
              {(channel) => (
                <li class="min-w-0">
                  <ChannelCard channel={channel} onChanged={refetch} />
                </li>
              )}
            </For>
          </ul>
        </Match>
        <Match when={channels.data()?.channels}>
          <div class="card">
            <EmptyState icon={Bell} title="No channels yet" action={add()}>
              A webhook gets a signed request when a run succeeds or fails. Each try is recorded here.
            </EmptyState>
          </div>
        </Match>
        <Match when={channels.loading()}>
          <AfterDelay>
            <div class="grid gap-4 md:grid-cols-2 xl:grid-cols-3" aria-hidden="true">
              <For each={[1, 2, 3]}>{() => <div class="skeleton h-44 rounded-xl" />}</For>
            </div>
          </AfterDelay>
        </Match>
      </Switch>

      <section class="mt-8" aria-labelledby="deliveries">
        <h2 id="deliveries" class="mb-3">
          Recent deliveries
        </h2>
        <LoadBar active={deliveries.refreshing()} />
        <Show when={deliveries.error()}>
          {(error) => (
            <ErrorPanel
              class="mb-4"
              what="The deliveries could not be loaded"
              error={error()}
              onRetry={deliveries.retry}
            />
          )}
        </Show>
        <Show
          when={deliveries.nodes.length > 0}
          fallback={
            <Show when={deliveries.head()}>
              <div class="card">
                <EmptyState icon={Send} title="Nothing was sent yet">
                  Deliveries appear here with their request, response and latency.
                </EmptyState>
              </div>
            </Show>
          }
        >
          <ul class="card divide-y divide-line overflow-clip">
            <For each={deliveries.nodes}>
              {(delivery) => (
                <li>
                  <DeliveryItem delivery={delivery} />
                </li>
              )}
            </For>
          </ul>
          <LoadMore list={deliveries} />
        </Show>
      </section>
      <Suspense>
        <Show when={adding()}>
          <NewChannelDialog onClose={() => setAdding(false)} onCreated={refetch} />
        </Show>
      </Suspense>
    </>
  );
}
