import { createEffect, createSignal, For, on, onCleanup, Show } from 'solid-js';
import { mutate, query } from '../api/api-client';
import { type ApiError, fieldError } from '../api/api-error';
import { createQuery } from '../api/create-query';
import { CreateScheduleDocument, JobNamesDocument, NextFiresDocument, type RunStatus } from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { ErrorPanel } from '../ui/error-panel';
import { Modal } from '../ui/modal';
import { TextInput } from '../ui/text-input';
import { toast } from '../ui/toasts';
import { AfterJobFields } from './after-job-fields';
import { fireTime } from './fire-time';

const examples = [
  { cron: '*/5 * * * *', label: 'Every 5 minutes' },
  { cron: '0 * * * *', label: 'Hourly' },
  { cron: '0 9 * * *', label: 'Daily at 9:00' },
  { cron: '0 9 * * 1', label: 'Mondays at 9:00' },
];

const zones = () => ['UTC', ...(Intl.supportedValuesOf?.('timeZone') ?? [])];
const settleMs = 300;

/** Makes a schedule, of times or of another job's ends. The next fires come from the server: its scheduler is the only one that counts. */
export default function ScheduleDialog(props: { job?: string; onClose: () => void; onCreated: () => Promise<void> }) {
  const jobs = createQuery(JobNamesDocument, () => ({ first: 200 }));
  const [job, setJob] = createSignal(props.job ?? '');
  const [follows, setFollows] = createSignal(false);
  const [afterJob, setAfterJob] = createSignal('');
  const [afterStatuses, setAfterStatuses] = createSignal<RunStatus[]>(['SUCCEEDED']);
  const [cron, setCron] = createSignal('0 9 * * *');
  const [timezone, setTimezone] = createSignal(Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();

  async function create(event: SubmitEvent) {
    event.preventDefault();
    if (busy()) return;
    setBusy(true);
    const when = follows()
      ? { kind: 'AFTER_JOB' as const, afterJob: afterJob().trim(), afterStatuses: afterStatuses() }
      : { kind: 'CRON' as const, cron: cron().trim(), timezone: timezone().trim() };
    const result = await mutate(CreateScheduleDocument, { input: { job: job().trim(), ...when } });
    setBusy(false);
    if (!result.ok) return setError(result.error);
    toast({ tone: 'ok', text: `${job().trim()} is scheduled.` });
    props.onClose();
    await props.onCreated();
  }

  const names = () => (jobs.data()?.jobs?.nodes ?? []).map((it) => it.name);
  const jobError = () => fieldError(error(), 'job') ?? (error()?.code === 'NOT_FOUND' ? error()?.message : undefined);
  const unplaced = () => {
    const problem = error();
    const shown = follows() ? ['afterJob', 'afterStatuses'] : ['cron', 'timezone'];
    const placed = jobError() ?? shown.map((field) => fieldError(problem, field)).find(Boolean);
    return problem && !placed ? problem : undefined;
  };

  return (
    <Modal open onClose={props.onClose} title={props.job ? `Schedule ${props.job}` : 'New schedule'}>
      <form class="grid gap-4" onSubmit={create} novalidate>
        <Show when={unplaced()}>{(problem) => <ErrorPanel error={problem()} />}</Show>
        <Show when={!props.job}>
          <TextInput label="Job" value={job()} suggestions={names()} error={jobError()} onInput={setJob} />
        </Show>
        <fieldset class="flex flex-wrap gap-1.5">
          <legend class="mb-1 text-[0.8125rem] text-ink-soft">Runs</legend>
          <For each={[false, true]}>
            {(after) => (
              <button
                type="button"
                class="btn btn-sm aria-pressed:border-accent-ink aria-pressed:bg-accent-soft!"
                aria-pressed={follows() === after}
                onClick={() => setFollows(after)}
              >
                {after ? 'After another job' : 'At certain times'}
              </button>
            )}
          </For>
        </fieldset>
        <Show
          when={!follows()}
          fallback={
            <AfterJobFields
              job={afterJob()}
              statuses={afterStatuses()}
              jobs={names()}
              error={error()}
              onJob={setAfterJob}
              onStatuses={setAfterStatuses}
            />
          }
        >
          <div>
            <TextInput
              label="Cron"
              value={cron()}
              hint="Minute, hour, day, month, weekday; seconds may come first."
              error={fieldError(error(), 'cron')}
              onInput={setCron}
            />
            <div class="mt-2 flex flex-wrap gap-1.5">
              <For each={examples}>
                {(example) => (
                  <button
                    type="button"
                    class="btn btn-sm aria-pressed:border-accent-ink aria-pressed:bg-accent-soft!"
                    aria-pressed={cron() === example.cron}
                    onClick={() => setCron(example.cron)}
                  >
                    {example.label}
                  </button>
                )}
              </For>
            </div>
          </div>
          <TextInput
            label="Time zone"
            value={timezone()}
            suggestions={zones()}
            error={fieldError(error(), 'timezone')}
            onInput={setTimezone}
          />
          <NextFires cron={cron()} timezone={timezone()} />
        </Show>
        <div class="flex justify-end gap-2 pt-1">
          <ActionButton onClick={props.onClose}>Cancel</ActionButton>
          <ActionButton type="submit" look="primary" needs="USER" busy={busy()}>
            Create schedule
          </ActionButton>
        </div>
      </form>
    </Modal>
  );
}

/** The next five fires, asked anew when typing pauses. */
function NextFires(props: { cron: string; timezone: string }) {
  const [fires, setFires] = createSignal<string[]>([]);
  const [problem, setProblem] = createSignal<string>();

  createEffect(
    on([() => props.cron.trim(), () => props.timezone.trim()], ([cron, timezone]) => {
      let current = true;
      const timer = setTimeout(async () => {
        const result = await query(NextFiresDocument, { kind: 'CRON', cron, timezone });
        if (!current) return;
        setProblem(result.ok ? undefined : (Object.values(result.error.fields)[0] ?? result.error.message));
        setFires(result.data?.nextFires ?? []);
      }, settleMs);
      onCleanup(() => {
        current = false;
        clearTimeout(timer);
      });
    }),
  );

  return (
    <div class="min-h-24 rounded-lg bg-sunken p-3" aria-live="polite">
      <p class="text-xs text-ink-faint">Next fires</p>
      <Show when={!problem()} fallback={<p class="tone-bad tone-text mt-1 text-[0.8125rem]">{problem()}</p>}>
        <ol class="num mt-1 grid gap-0.5 text-[0.8125rem] text-ink-soft sm:grid-cols-2">
          <For each={fires()}>
            {(at) => (
              <li>
                <time datetime={at}>{fireTime(at, props.timezone)}</time>
              </li>
            )}
          </For>
        </ol>
      </Show>
    </div>
  );
}
