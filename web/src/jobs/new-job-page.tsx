import { A, useNavigate } from '@solidjs/router';
import ArrowLeft from 'lucide-solid/icons/arrow-left';
import { createSignal, Show } from 'solid-js';
import { createStore } from 'solid-js/store';
import { mutate } from '../api/api-client';
import type { ApiError } from '../api/api-error';
import { createQuery } from '../api/create-query';
import { CreateJobDocument, JobKindsDocument } from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { ErrorPanel } from '../ui/error-panel';
import { PageHeader } from '../ui/page-header';
import { toast } from '../ui/toasts';
import { type DraftProblems, draftFieldFor, emptyDraft, type JobDraft, jobInputFrom } from './job-draft';
import { JobBasics, JobInputFields, JobQueueing, JobRetry, JobWhat } from './job-form';

export default function NewJobPage() {
  const [draft, setDraft] = createStore<JobDraft>({ ...emptyDraft });
  const [problems, setProblems] = createSignal<DraftProblems>({});
  const [error, setError] = createSignal<ApiError>();
  const [busy, setBusy] = createSignal(false);
  const platform = createQuery(JobKindsDocument, () => ({}));
  const navigate = useNavigate();
  let form: HTMLFormElement | undefined;

  const set = <K extends keyof JobDraft>(field: K, value: JobDraft[K]) => {
    setDraft(field as never, value as never);
    setProblems(({ [field]: _solved, ...others }) => others);
  };

  function refuse(found: DraftProblems) {
    setProblems(found);
    queueMicrotask(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }

  async function create(event: SubmitEvent) {
    event.preventDefault();
    if (busy()) return;
    setError(undefined);
    const result = jobInputFrom(draft);
    if (!result.ok) return refuse(result.problems);
    setBusy(true);
    const answer = await mutate(CreateJobDocument, { input: result.input });
    setBusy(false);
    if (answer.ok && answer.data.createJob) {
      const { name } = answer.data.createJob;
      toast({ tone: 'ok', text: `${name} is created.` });
      navigate(`/jobs/${encodeURIComponent(name)}`);
    } else if (!answer.ok) showRefusal(answer.error);
  }

  /** Puts each message at its field; what belongs to no field stays on top. */
  function showRefusal(refusal: ApiError) {
    const placed: DraftProblems = {};
    const rest: string[] = [];
    for (const [path, message] of Object.entries(refusal.fields)) {
      const field = draftFieldFor(path);
      if (field) placed[field] ??= message;
      else rest.push(`${path}: ${message}`);
    }
    if (refusal.code === 'CONFLICT' && !placed.name) placed.name = refusal.message;
    const allPlaced = rest.length === 0 && Object.keys(placed).length > 0;
    setError(allPlaced ? undefined : { ...refusal, message: [refusal.message, ...rest].join(' ') });
    refuse(placed);
  }

  return (
    <div class="mx-auto max-w-3xl">
      <PageHeader
        title="New job"
        lead="A job is defined once and run as often as you like."
        above={
          <A href="/jobs" class="link mb-1 inline-flex items-center gap-1 py-1 text-[0.8125rem] no-underline!">
            <ArrowLeft class="size-3.5" aria-hidden="true" />
            Jobs
          </A>
        }
      />
      <form ref={form} class="grid gap-5" onSubmit={create} novalidate>
        <Show when={error()}>{(it) => <ErrorPanel what="The job was not created" error={it()} />}</Show>
        <JobWhat draft={draft} problems={problems()} set={set} platform={platform.data()} />
        <JobBasics draft={draft} problems={problems()} set={set} platform={platform.data()} />
        <JobQueueing draft={draft} problems={problems()} set={set} platform={platform.data()} />
        <JobRetry draft={draft} problems={problems()} set={set} />
        <JobInputFields draft={draft} problems={problems()} set={set} />
        <div class="flex justify-end gap-2">
          <A class="btn" href="/jobs">
            Cancel
          </A>
          <ActionButton type="submit" look="primary" needs="USER" busy={busy()}>
            Create job
          </ActionButton>
        </div>
      </form>
    </div>
  );
}
