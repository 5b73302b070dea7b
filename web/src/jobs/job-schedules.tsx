import CalendarClock from 'lucide-solid/icons/calendar-clock';
import Plus from 'lucide-solid/icons/plus';
import { createSignal, For, lazy, Show, Suspense } from 'solid-js';
import { ScheduleItem } from '../schedules/schedule-item';
import { ActionButton } from '../ui/action-button';
import { EmptyState } from '../ui/empty-state';
import type { JobDetail } from './job-page';

const ScheduleDialog = lazy(() => import('../schedules/schedule-dialog'));

export function JobSchedules(props: { job: JobDetail; refetch: () => Promise<void> }) {
  const [adding, setAdding] = createSignal(false);
  return (
    <section class="card min-w-0" aria-labelledby="schedules">
      <div class="flex items-center justify-between gap-3 px-4 pt-4 pb-2">
        <h2 id="schedules">Schedules</h2>
        <ActionButton small needs="USER" onClick={() => setAdding(true)}>
          <Plus class="size-4" aria-hidden="true" />
          Add schedule
        </ActionButton>
      </div>
      <Show
        when={props.job.schedules.length > 0}
        fallback={
          <EmptyState icon={CalendarClock} title="Not scheduled">
            It runs when someone or something asks for it.
          </EmptyState>
        }
      >
        <ul class="divide-y divide-line">
          <For each={props.job.schedules}>
            {(schedule) => (
              <li>
                <ScheduleItem schedule={schedule} hideJob onChanged={props.refetch} />
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Suspense>
        <Show when={adding()}>
          <ScheduleDialog job={props.job.name} onClose={() => setAdding(false)} onCreated={props.refetch} />
        </Show>
      </Suspense>
    </section>
  );
}
