import { For, type JSX, Show } from 'solid-js';
import { formatDuration } from '../time/duration';
import { JsonView } from '../ui/json-view';
import { kindLooks } from '../ui/kind-look';
import { FullTime } from '../ui/time-ago';
import type { JobDetail } from './job-page';
import { retryInWords } from './retry-in-words';

/** What the job is, as it is stored now. */
export function JobDefinition(props: { job: JobDetail }) {
  return (
    <section class="card min-w-0 p-4 sm:p-5" aria-labelledby="definition">
      <div class="flex items-baseline justify-between gap-3">
        <h2 id="definition">Definition</h2>
        <span class="text-xs text-ink-faint">revision {props.job.revision}</span>
      </div>
      <dl class="mt-3 grid gap-3">
        <Row label="Name">
          <span class="font-mono text-[0.8125rem]">{props.job.name}</span>
        </Row>
        <Row label="Kind">{kindLooks[props.job.kind].label}</Row>
        <Row label="Queue and priority">
          {props.job.queue} · {props.job.priority}
        </Row>
        <Row label="Retry">{retryInWords(props.job.retry)}</Row>
        <Row label="Time limit">{formatDuration(props.job.timeout.hardMs ?? 3_600_000)}</Row>
        <Row label="Delivery">{props.job.guarantee === 'AT_MOST_ONCE' ? 'At most once' : 'At least once'}</Row>
        <Show when={props.job.tags.length > 0}>
          <Row label="Tags">
            <span class="flex flex-wrap gap-1">
              <For each={props.job.tags}>{(tag) => <span class="chip tone-off tone-chip">{tag}</span>}</For>
            </span>
          </Row>
        </Show>
        <Row label="Changed">
          <FullTime at={props.job.updatedAt} />
          <Show when={props.job.updatedBy}> by {props.job.updatedBy}</Show>
        </Row>
      </dl>
      <Show when={hasContent(props.job.spec)}>
        <h3 class="mt-4 mb-1.5 text-xs text-ink-faint">Spec</h3>
        <JsonView value={props.job.spec} label="Spec" />
      </Show>
      <Show when={hasContent(props.job.inputSchema)}>
        <h3 class="mt-4 mb-1.5 text-xs text-ink-faint">Input schema</h3>
        <JsonView value={props.job.inputSchema} label="Input schema" />
      </Show>
      <Show when={hasContent(props.job.defaultInput)}>
        <h3 class="mt-4 mb-1.5 text-xs text-ink-faint">Default input</h3>
        <JsonView value={props.job.defaultInput} label="Default input" />
      </Show>
    </section>
  );
}

function hasContent(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function Row(props: { label: string; children: JSX.Element }) {
  return (
    <div class="min-w-0">
      <dt class="text-xs text-ink-faint">{props.label}</dt>
      <dd class="break-words">{props.children}</dd>
    </div>
  );
}
