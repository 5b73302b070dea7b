import { type ChannelState, type DeliveryEvent, deliverySubject } from '@jobflow/contracts';
import { type Clock, type EventLog, type Logger, type StateStore, saveState } from '@jobflow/platform';
import type { ChannelSecret } from '../channels/channel-secrets.js';
import { redactAnswer } from '../webhook/redact-answer.js';
import { retryAfterMs, retryWait } from '../webhook/retry-schedule.js';
import { sendWebhook, type WebhookAnswer, type WebhookSender } from '../webhook/send-webhook.js';
import { signedHeaders } from '../webhook/sign-webhook.js';
import type { PendingDelivery } from './delivery.js';

export interface AttemptDependencies {
  log: EventLog;
  store: StateStore;
  clock: Clock;
  logger: Logger;
  sender: WebhookSender;
  secretOf(channelId: string): Promise<ChannelSecret | undefined>;
  /** Signs one-off callbacks. */
  callbackSecret: string;
  random(): number;
  version: string;
}

interface Target {
  url: string;
  secret: string;
  headers: Record<string, string>;
}

/** Makes one attempt and records it; gives the next one, or nothing when it is over. */
export function attemptMaker(dependencies: AttemptDependencies) {
  const { log, clock, random } = dependencies;
  const subject = deliverySubject('outcome', 'WEBHOOK');
  return async (delivery: PendingDelivery): Promise<PendingDelivery | undefined> => {
    const target = await targetOf(delivery, dependencies);
    if (typeof target === 'string') {
      await log.record(subject, [{ type: 'DeliverySuppressed', id: delivery.id, reason: target }]);
      return undefined;
    }
    const at = clock.now();
    const signed = signedHeaders(target.secret, `msg_${delivery.id}`, Math.floor(at / 1000), delivery.body);
    const fixed = { 'content-type': 'application/json', 'user-agent': `Jobflow/${dependencies.version}`, ...signed };
    const sent = await sendWebhook(
      { url: target.url, headers: { ...target.headers, ...fixed }, body: delivery.body },
      dependencies.sender,
    );
    const answer = redactAnswer(sent, target);
    const next = nextOf(answer, delivery, clock.now(), random);
    const requestHeaders = {
      ...Object.fromEntries(Object.keys(target.headers).map((name) => [name, '[redacted]'])),
      ...fixed,
    };
    await log.record(subject, [attempted(delivery, at, target.url, answer, requestHeaders, next)]);
    if (answer.status === 410 && delivery.channelId) await disable(delivery.channelId, dependencies);
    return next.kind === 'retry' ? { ...delivery, number: delivery.number + 1, dueAt: next.at } : undefined;
  };
}

/** Where it goes and how it is signed; a sentence when it is to go nowhere any more. */
async function targetOf(
  delivery: PendingDelivery,
  { store, secretOf, callbackSecret }: AttemptDependencies,
): Promise<Target | string> {
  if (delivery.channelId === undefined) return { url: delivery.url ?? '', secret: callbackSecret, headers: {} };
  const channel = store.channels.get(delivery.channelId)?.state;
  if (!channel) return 'the channel was deleted';
  if (!channel.enabled && delivery.event !== 'test')
    return `the channel is disabled${channel.disabledReason ? `: ${channel.disabledReason}` : ''}`;
  const secret = await secretOf(channel.id);
  if (!secret) return 'the channel has no secret to sign with: rotate it';
  return { url: channel.url ?? delivery.url ?? '', secret: secret.secret, headers: extraHeaders(secret.headers ?? {}) };
}

type Attempted = Extract<DeliveryEvent, { type: 'DeliveryAttempted' }>;

function nextOf(
  answer: WebhookAnswer,
  { number }: PendingDelivery,
  now: number,
  random: () => number,
): Attempted['next'] {
  if (answer.error === undefined) return { kind: 'succeeded' };
  if (answer.final) return { kind: 'failed', reason: answer.error };
  if (answer.status === 410) return { kind: 'failed', reason: 'the endpoint is gone (HTTP 410)' };
  const wait = retryWait(number, random, retryAfterMs(answer.retryAfter, now));
  return wait === undefined
    ? { kind: 'failed', reason: `no attempt is left: ${answer.error}` }
    : { kind: 'retry', at: now + wait };
}

function attempted(
  delivery: PendingDelivery,
  at: number,
  url: string,
  answer: WebhookAnswer,
  requestHeaders: Record<string, string>,
  next: Attempted['next'],
): Attempted {
  const { status, durationMs, error, responseHeaders, responseBody } = answer;
  return {
    type: 'DeliveryAttempted',
    id: delivery.id,
    attempt: {
      number: delivery.number,
      at,
      url,
      durationMs,
      requestHeaders,
      ...(status !== undefined && { status }),
      ...(error !== undefined && { error }),
      ...(responseHeaders && { responseHeaders }),
      ...(responseBody !== undefined && { responseBody }),
    },
    next,
  };
}

/** The receiver said that it is gone for good. */
async function disable(channelId: string, { log, store, clock, logger }: AttemptDependencies): Promise<void> {
  for (let tries = 0; tries < 5; tries++) {
    const kept = store.channels.get(channelId);
    if (!kept?.state.enabled) return;
    const channel: ChannelState = {
      ...kept.state,
      enabled: false,
      disabledReason: 'the endpoint answered 410 Gone',
      revision: kept.state.revision + 1,
      updatedAt: clock.now(),
      updatedBy: 'system:notifier',
    };
    const saved = await saveState(log, store, { type: 'ChannelSaved', channel }, { expectSeq: kept.seq });
    if (saved.ok) return logger.warn({ channel: channelId }, 'a channel was disabled: its endpoint answered 410 Gone');
    // Somebody else changed it meanwhile: look at what they made of it.
    await store.waitFor(kept.seq + 1, 500);
  }
}

/** Ours to set, or the connection's. */
const NOT_THEIRS =
  /^(host|content-.*|webhook-.*|x-signature|user-agent|connection|transfer-encoding|upgrade|te|trailer|expect)$/;

const extraHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !NOT_THEIRS.test(name)),
  );
