import type { AlertRule, ChannelState, NotifyRun } from '@jobflow/contracts';

/** All of an end that decides whom it concerns. */
type Ended = Pick<NotifyRun, 'job' | 'queue' | 'tags' | 'status' | 'test'>;
export type Match = { channel: ChannelState; mutedUntil?: number };

/**
 * The channels that want to hear of this end. A rule's lists narrow it; a list it does not name excludes nothing. A
 * channel whose only matching rules are muted is told so, and its delivery is suppressed. Test runs concern no channel.
 */
export function matchChannels(channels: Iterable<ChannelState>, run: Ended, now: number): Match[] {
  if (run.test) return [];
  const matches: Match[] = [];
  for (const channel of channels) {
    if (!channel.enabled) continue;
    const rules = channel.rules.filter((rule) => concerns(rule, run));
    if (rules.length === 0) continue;
    const mutes = rules.map((rule) => rule.mutedUntil ?? 0);
    const mutedUntil = Math.min(...mutes);
    matches.push(mutedUntil > now ? { channel, mutedUntil } : { channel });
  }
  return matches;
}

function concerns(rule: AlertRule, run: Ended): boolean {
  // A rule that names system events is about those alone.
  if (rule.events && rule.events.length > 0) return false;
  return (
    allows(rule.jobs, [run.job]) &&
    allows(rule.queues, [run.queue]) &&
    allows(rule.tags, run.tags) &&
    allows(rule.statuses, [run.status])
  );
}

const allows = (wanted: readonly string[] | undefined, has: readonly string[]): boolean =>
  wanted === undefined || wanted.length === 0 || has.some((one) => wanted.includes(one));
