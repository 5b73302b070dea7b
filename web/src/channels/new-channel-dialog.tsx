import { createSignal, For, Show } from 'solid-js';
import { mutate } from '../api/api-client';
import { type ApiError, fieldError } from '../api/api-error';
import { createQuery } from '../api/create-query';
import { CreateChannelDocument, JobNamesDocument, type RunStatus } from '../generated/graphql';
import { ActionButton } from '../ui/action-button';
import { CopyButton } from '../ui/copy-button';
import { ErrorPanel } from '../ui/error-panel';
import { Modal } from '../ui/modal';
import { statusLook } from '../ui/status-look';
import { TextInput } from '../ui/text-input';

const ends: RunStatus[] = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'];

/** Makes a webhook channel, then shows its signing secret: once, here. */
export default function NewChannelDialog(props: { onClose: () => void; onCreated: () => Promise<void> }) {
  const [secret, setSecret] = createSignal<string>();
  return (
    <Modal
      open
      onClose={props.onClose}
      title={secret() ? 'Keep this secret' : 'New webhook'}
      lead={
        secret()
          ? 'Your server checks each request’s signature with it. It is shown only now.'
          : 'A signed request for each run that ends.'
      }
    >
      <Show
        when={secret()}
        fallback={
          <ChannelForm
            onClose={props.onClose}
            onCreated={async (made) => {
              setSecret(made);
              await props.onCreated();
            }}
          />
        }
      >
        {(it) => (
          <div class="grid gap-5">
            <div class="flex items-center gap-2 rounded-lg border border-line bg-sunken py-2 pr-2 pl-4">
              <code class="min-w-0 grow font-mono text-[0.8125rem] break-all">{it()}</code>
              <CopyButton text={it()} label="Copy the secret" withWord />
            </div>
            <div class="flex justify-end">
              <ActionButton look="primary" onClick={props.onClose}>
                I have stored it
              </ActionButton>
            </div>
          </div>
        )}
      </Show>
    </Modal>
  );
}

function ChannelForm(props: { onClose: () => void; onCreated: (secret: string) => Promise<void> }) {
  const jobs = createQuery(JobNamesDocument, () => ({ first: 200 }));
  const [name, setName] = createSignal('');
  const [url, setUrl] = createSignal('');
  const [job, setJob] = createSignal('');
  const [statuses, setStatuses] = createSignal<RunStatus[]>(['SUCCEEDED', 'FAILED']);
  const [busy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<ApiError>();

  const toggle = (status: RunStatus) =>
    setStatuses((now) => (now.includes(status) ? now.filter((it) => it !== status) : [...now, status]));

  async function create(event: SubmitEvent) {
    event.preventDefault();
    if (busy()) return;
    setBusy(true);
    const rule = { statuses: statuses(), ...(job().trim() ? { jobs: [job().trim()] } : {}) };
    const input = { name: name().trim(), kind: 'WEBHOOK' as const, url: url().trim(), rules: [rule] };
    const result = await mutate(CreateChannelDocument, { input });
    setBusy(false);
    if (!result.ok) return setError(result.error);
    const made = result.data.createChannel?.secret;
    if (made) await props.onCreated(made);
    else props.onClose();
  }

  const unplaced = () => {
    const problem = error();
    const placed = ['name', 'url'].some((field) => fieldError(problem, field));
    return problem && !placed ? problem : undefined;
  };

  return (
    <form class="grid gap-4" onSubmit={create} novalidate>
      <Show when={unplaced()}>
        {(problem) => (
          <ErrorPanel
            error={{ ...problem(), message: [problem().message, ...Object.values(problem().fields)].join(' ') }}
          />
        )}
      </Show>
      <TextInput
        label="Name"
        placeholder="Order service"
        value={name()}
        error={fieldError(error(), 'name')}
        onInput={setName}
      />
      <TextInput
        label="URL"
        type="url"
        placeholder="https://example.com/hooks/jobflow"
        value={url()}
        error={fieldError(error(), 'url')}
        onInput={setUrl}
      />
      <TextInput
        label="Only runs of this job"
        optional
        placeholder="every job"
        suggestions={(jobs.data()?.jobs?.nodes ?? []).map((it) => it.name)}
        value={job()}
        onInput={setJob}
      />
      <fieldset>
        <legend class="mb-1.5 font-medium">When a run ends as</legend>
        <div class="flex flex-wrap gap-2">
          <For each={ends}>
            {(status) => (
              <label class="inline-flex h-9 cursor-pointer items-center gap-2 rounded-lg border border-line px-3 has-checked:border-accent-ink has-checked:bg-accent-soft">
                <input
                  type="checkbox"
                  class="size-4 accent-accent"
                  checked={statuses().includes(status)}
                  onChange={() => toggle(status)}
                />
                {statusLook(status).label}
              </label>
            )}
          </For>
        </div>
      </fieldset>
      <div class="flex justify-end gap-2 pt-1">
        <ActionButton onClick={props.onClose}>Cancel</ActionButton>
        <ActionButton
          type="submit"
          look="primary"
          needs="USER"
          busy={busy()}
          blocked={statuses().length === 0 ? 'Choose at least one outcome.' : undefined}
        >
          Create webhook
        </ActionButton>
      </div>
    </form>
  );
}
