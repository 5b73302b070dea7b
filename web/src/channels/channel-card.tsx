import Mail from 'lucide-solid/icons/mail';
import MessageSquare from 'lucide-solid/icons/message-square';
import Send from 'lucide-solid/icons/send';
import Trash from 'lucide-solid/icons/trash';
import Webhook from 'lucide-solid/icons/webhook';
import { createSignal, Show } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { mutate } from '../api/api-client';
import {
  type ChannelPartsFragment,
  DeleteChannelDocument,
  SetChannelEnabledDocument,
  TestChannelDocument,
} from '../generated/graphql';
import { formatRate } from '../jobs/success-rate';
import { ActionButton } from '../ui/action-button';
import { ConfirmDialog } from '../ui/confirm-dialog';
import { StatusBadge } from '../ui/status-badge';
import { TimeAgo } from '../ui/time-ago';
import { toast } from '../ui/toasts';
import { ruleInWords } from './rule-in-words';

const icons = { WEBHOOK: Webhook, SLACK: MessageSquare, EMAIL: Mail };

/** Where a channel leads, what it tells, and how well it is received. */
export function ChannelCard(props: { channel: ChannelPartsFragment; onChanged: () => Promise<void> }) {
  const [busy, setBusy] = createSignal(false);
  const [deleting, setDeleting] = createSignal(false);

  async function test() {
    setBusy(true);
    const result = await mutate(TestChannelDocument, { id: props.channel.id });
    setBusy(false);
    if (!result.ok) toast({ tone: 'bad', text: result.error.message });
    else toast({ tone: 'ok', text: `A test is on its way to ${props.channel.name}.` });
    await props.onChanged();
  }

  async function setEnabled(enabled: boolean) {
    setBusy(true);
    const result = await mutate(SetChannelEnabledDocument, { id: props.channel.id, enabled });
    setBusy(false);
    if (!result.ok) toast({ tone: 'bad', text: result.error.message });
    await props.onChanged();
  }

  async function remove() {
    const result = await mutate(DeleteChannelDocument, { id: props.channel.id });
    if (!result.ok) return result.error;
    toast({ tone: 'ok', text: `${props.channel.name} is deleted.` });
    await props.onChanged();
    return undefined;
  }

  return (
    <article class="card flex h-full flex-col">
      <div class="flex items-start gap-3 p-4">
        <span class="grid size-10 shrink-0 place-items-center rounded-xl bg-accent-soft text-accent-ink">
          <Dynamic component={icons[props.channel.kind]} class="size-5" aria-hidden="true" />
        </span>
        <div class="min-w-0 grow">
          <h2 class="truncate">{props.channel.name}</h2>
          <p class="truncate font-mono text-xs text-ink-faint" title={props.channel.target}>
            {props.channel.target}
          </p>
        </div>
        <Show when={props.channel.enabled} fallback={<StatusBadge status="OFF" />}>
          <StatusBadge status="ON" />
        </Show>
      </div>
      <div class="grid gap-1 px-4 pb-4 text-[0.8125rem] text-ink-soft">
        <p>{props.channel.rules.map(ruleInWords).join('; ') || 'No rule: it is told nothing.'}</p>
        <p>
          Last sent <TimeAgo at={props.channel.lastDeliveryAt} fallback="never" />
          <Show when={props.channel.successRate !== null}> · {formatRate(props.channel.successRate)} received</Show>
        </p>
        <Show when={props.channel.disabledReason ?? props.channel.lastError}>
          {(problem) => <p class="tone-bad tone-text line-clamp-2 break-words">{problem()}</p>}
        </Show>
      </div>
      <div class="mt-auto flex gap-2 border-t border-line px-4 py-2.5">
        <ActionButton small needs="USER" busy={busy()} onClick={test}>
          <Send class="size-3.5" aria-hidden="true" />
          Send test
        </ActionButton>
        <ActionButton small needs="USER" busy={busy()} onClick={() => setEnabled(!props.channel.enabled)}>
          Turn {props.channel.enabled ? 'off' : 'on'}
        </ActionButton>
        <ActionButton
          small
          icon
          look="danger"
          needs="USER"
          class="ml-auto"
          aria-label={`Delete ${props.channel.name}`}
          onClick={() => setDeleting(true)}
        >
          <Trash class="size-4" aria-hidden="true" />
        </ActionButton>
      </div>
      <ConfirmDialog
        open={deleting()}
        title={`Delete ${props.channel.name}?`}
        action="Delete channel"
        onConfirm={remove}
        onClose={() => setDeleting(false)}
      >
        Nothing more is sent to it. What was sent stays in the list of deliveries.
      </ConfirmDialog>
    </article>
  );
}
