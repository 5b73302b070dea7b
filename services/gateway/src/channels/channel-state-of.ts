import { type AlertRule, ChannelState, type Json, zodProblems } from '@jobflow/contracts';
import { checkUrl } from '@jobflow/platform';
import { withoutNull } from '../enqueue/enqueue-fields.js';
import type { AlertRuleInput, ChannelInput, ChannelUpdateInput } from './channel-input.js';

/** A new channel: what the input leaves out is the default. */
export function newChannel(input: ChannelInput, id: string, now: number, actor: string): ChannelState {
  const base: ChannelState = {
    id,
    name: input.name,
    kind: input.kind,
    rules: [],
    signatures: ['V1'],
    ordered: false,
    enabled: true,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    createdBy: actor,
    updatedBy: actor,
  };
  return changedChannel(base, { ...input, rules: input.rules });
}

/** A missing field stays, null goes back to the default; lists are replaced whole. */
export function changedChannel(channel: ChannelState, input: ChannelUpdateInput): ChannelState {
  const enabled = input.enabled === undefined ? channel.enabled : (input.enabled ?? true);
  return {
    ...channel,
    name: input.name ?? channel.name,
    url: input.url ?? channel.url,
    to: input.to === undefined ? channel.to : (input.to ?? undefined),
    headerNames: input.headers === undefined ? channel.headerNames : namesOf(input.headers),
    rules: input.rules === undefined ? channel.rules : (input.rules ?? []).map(ruleOf),
    signatures: input.signatures === undefined ? channel.signatures : (input.signatures ?? ['V1']),
    ordered: input.ordered === undefined ? channel.ordered : (input.ordered ?? false),
    enabled,
    // Whoever switches it on again has looked at why it was off.
    disabledReason: enabled ? undefined : channel.disabledReason,
  };
}

const namesOf = (headers: Json | undefined): string[] | undefined =>
  isObject(headers) ? Object.keys(headers) : undefined;

function ruleOf({ mutedUntil, mode, ...input }: AlertRuleInput): AlertRule {
  return {
    ...(withoutNull(input) as Partial<AlertRule>),
    mode: mode ?? 'EVERY',
    ...(mutedUntil && { mutedUntil: mutedUntil.getTime() }),
  };
}

/** Everything that is wrong with a channel, by path. @param allow ranges of addresses it may reach */
export function channelProblems(
  channel: ChannelState,
  headers: Json | undefined,
  allow: readonly string[],
): Record<string, string> {
  if (channel.kind !== 'WEBHOOK') return { kind: `${channel.kind} channels are not supported yet; use WEBHOOK` };
  const parsed = ChannelState.safeParse(channel);
  return {
    ...(parsed.success ? {} : zodProblems(parsed.error)),
    ...urlProblem(channel.url, allow),
    ...headerProblems(headers),
    ...notYet(channel),
  };
}

function urlProblem(url: string | undefined, allow: readonly string[]): Record<string, string> {
  if (!url) return { url: 'is required for a webhook' };
  const checked = checkUrl(url, { allow, httpsOnly: true });
  return checked.ok ? {} : { url: checked.reason };
}

/** These are Jobflow's own, or the connection's. */
const OURS = /^(host|content-.*|webhook-.*|x-signature|connection|transfer-encoding|upgrade|te|trailer|expect)$/i;
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
const PRINTABLE = /^[\x20-\x7e\t]{0,4096}$/;
const MOST_HEADERS = 50;

function headerProblems(headers: Json | undefined): Record<string, string> {
  if (headers === undefined || headers === null) return {};
  if (!isObject(headers)) return { headers: 'must be an object of header names and texts' };
  const entries = Object.entries(headers);
  if (entries.length > MOST_HEADERS) return { headers: `must have at most ${MOST_HEADERS} names` };
  const problems: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (!TOKEN.test(name)) problems[`headers.${name}`] = 'is not the name of a header';
    else if (OURS.test(name)) problems[`headers.${name}`] = 'is set by Jobflow';
    else if (typeof value !== 'string' || !PRINTABLE.test(value))
      problems[`headers.${name}`] = 'must be printable text';
  }
  return problems;
}

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What nobody acts on yet is refused, not taken and forgotten. */
function notYet({ signatures, ordered, rules }: ChannelState): Record<string, string> {
  const problems: Record<string, string> = {};
  if (signatures.length !== 1 || signatures[0] !== 'V1') problems.signatures = 'only V1 is supported yet';
  if (ordered) problems.ordered = 'is not supported yet';
  for (const [n, rule] of rules.entries()) {
    if (rule.mode !== 'EVERY') problems[`rules.${n}.mode`] = 'only EVERY is supported yet';
    for (const name of [
      'consecutive',
      'throttleMs',
      'digestMs',
      'events',
      'oldestWaitOverMs',
      'successRateBelow',
      'windowMs',
    ] as const) {
      if (rule[name] !== undefined) problems[`rules.${n}.${name}`] = 'is not supported yet';
    }
  }
  return problems;
}
