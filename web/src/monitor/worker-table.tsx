import Cpu from 'lucide-solid/icons/cpu';
import { For, type JSX, Show } from 'solid-js';
import type { WorkerPartsFragment } from '../generated/graphql';
import { createClock } from '../time/clock';
import { formatDuration } from '../time/duration';
import { EmptyState } from '../ui/empty-state';
import { StatusBadge } from '../ui/status-badge';
import { TimeAgo } from '../ui/time-ago';

/** Every worker of the last day: what it can do, how busy it is, whether it is there. */
export function WorkerTable(props: { workers: readonly WorkerPartsFragment[] }) {
  return (
    <section class="card min-w-0 overflow-clip" aria-labelledby="workers">
      <h2 id="workers" class="px-4 pt-4 pb-2">
        Workers
      </h2>
      <Show
        when={props.workers.length > 0}
        fallback={
          <EmptyState icon={Cpu} title="No worker is there">
            Runs wait until a worker starts.
          </EmptyState>
        }
      >
        <ul class="divide-y divide-line border-t border-line">
          <For each={props.workers}>{(worker) => <WorkerRow worker={worker} />}</For>
        </ul>
      </Show>
    </section>
  );
}

/** A worker without a list, or with `*` on it, takes runs of every queue. */
const takesAll = (queues: readonly string[]) => queues.length === 0 || queues.includes('*');

function WorkerRow(props: { worker: WorkerPartsFragment }) {
  const now = createClock(10_000);
  const offline = () => props.worker.status === 'OFFLINE';
  const upMs = () => Math.max(0, now() - Date.parse(props.worker.startedAt));
  return (
    <li class="grid items-center gap-x-6 gap-y-3 p-4 md:grid-cols-[minmax(0,1.2fr)_minmax(0,1.2fr)_20rem]">
      <div class="min-w-0">
        <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span class="min-w-0 truncate font-medium">{props.worker.host}</span>
          <StatusBadge status={props.worker.status} />
        </div>
        <p class="truncate text-xs text-ink-faint" title={props.worker.id}>
          pid {props.worker.pid} · {props.worker.version} ·{' '}
          {props.worker.kinds.map((it) => it.toLowerCase()).join(', ')}
        </p>
      </div>
      <div class="min-w-0">
        <Meter active={props.worker.active} concurrency={props.worker.concurrency} off={offline()} />
        <p class="mt-1.5 line-clamp-2 text-xs break-words text-ink-faint">
          {props.worker.handlers.length > 0 ? props.worker.handlers.join(', ') : 'no handlers'}
          {' · queues '}
          {takesAll(props.worker.queues) ? 'all' : props.worker.queues.join(', ')}
        </p>
      </div>
      <dl class="num grid grid-cols-4 gap-x-5 text-[0.8125rem] md:text-right">
        <Fact label="CPU">{offline() ? '–' : `${Math.round(props.worker.cpuPercent)}%`}</Fact>
        <Fact label="Memory">{offline() ? '–' : `${Math.round(props.worker.memoryMb)} MB`}</Fact>
        <Fact label="Done">{props.worker.finished.toLocaleString()}</Fact>
        <Show
          when={!offline()}
          fallback={
            <Fact label="Last seen">
              <TimeAgo at={props.worker.lastHeartbeatAt} />
            </Fact>
          }
        >
          <Fact label="Up">{formatDuration(upMs())}</Fact>
        </Show>
      </dl>
    </li>
  );
}

function Meter(props: { active: number; concurrency: number; off: boolean }) {
  const share = () => Math.min(100, (props.active / Math.max(1, props.concurrency)) * 100);
  return (
    <div class="flex items-center gap-3">
      <div
        class="h-2 min-w-0 grow overflow-hidden rounded-full bg-sunken ring-1 ring-line ring-inset"
        aria-hidden="true"
      >
        <div
          class={`h-full rounded-full transition-[width] duration-300 ${props.off ? 'bg-line-strong' : share() >= 90 ? 'bg-warn-fill' : 'bg-run-fill'}`}
          style={{ width: `${share()}%` }}
        />
      </div>
      <span class="num shrink-0 text-[0.8125rem] text-ink-soft">
        {props.active} / {props.concurrency} busy
      </span>
    </div>
  );
}

function Fact(props: { label: string; children: JSX.Element }) {
  return (
    <div class="min-w-0">
      <dt class="text-xs text-ink-faint">{props.label}</dt>
      <dd class="truncate">{props.children}</dd>
    </div>
  );
}
