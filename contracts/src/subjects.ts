import type { StateKind } from './state-events.js';

export const SHARDS = 16;

/** FNV-1a (32 bit) of the name's UTF-8 bytes. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

const shards = new Map<string, number>();
/** The shard of a queue; remembered for the (at most 1,000) queues there are. */
export function shardOf(queue: string): number {
  let shard = shards.get(queue);
  if (shard === undefined) {
    shard = fnv1a(queue) % SHARDS;
    if (shards.size < 2000) shards.set(queue, shard);
  }
  return shard;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** RFC 4648 base32, lower case, unpadded: any name as one subject token. */
export function base32(text: string): string {
  let bits = 0;
  let value = 0;
  let out = '';
  for (const byte of new TextEncoder().encode(text)) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) out += ALPHABET[(value >>> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? out + ALPHABET[(value << (5 - bits)) & 31] : out;
}

/** @param branch as `branchToken` gives it */
export const queuedSubject = (queue: string, priority: number, branch?: string) =>
  `jf.run.${shardOf(queue)}.queued.${queue}.${priority}${branch === undefined ? '' : `.${branch}`}`;
export const activeSubject = (queue: string) => `jf.run.${shardOf(queue)}.active.${queue}`;
export const outcomeSubject = (queue: string) => `jf.run.${shardOf(queue)}.outcome.${queue}`;
export const controlSubject = (queue: string) => `jf.run.${shardOf(queue)}.control.${queue}`;
export const claimSubject = (queue: string, runId: string) => `jf.run.${shardOf(queue)}.claim.${runId}`;
/** A tick lives in the shard of the queue its runs go to, so that tick and RunQueued are one batch of one stream. */
export const tickSubject = (queue: string, scheduleId: string) => `jf.run.${shardOf(queue)}.tick.${scheduleId}`;
/** All ticks of a schedule, whichever shard its queue was in: to be read, not written. */
export const anyTickSubject = (scheduleId: string) => `jf.run.*.tick.${scheduleId}`;
export const stateSubject = (kind: StateKind, id: string) => `jf.state.${kind}.${base32(id)}`;
export const effectSubject = (kind: 'queue-run' | 'notify-run') => `jf.effect.${kind}`;
export const deadLetterSubject = (queue: string) => `jf.dlq.${queue}`;
export const logSubject = (queue: string) => `jf.log.${shardOf(queue)}.${queue}`;
export const deliverySubject = (cls: 'queued' | 'outcome', channelKind: string) =>
  `jf.delivery.${cls}.${channelKind.toLowerCase()}`;

/** The subjects of every queue that followers of one class of run events listen to. */
export const runFilters = {
  queued: 'jf.run.*.queued.>',
  claim: 'jf.run.*.claim.*',
  control: 'jf.run.*.control.*',
} as const;

export type RunSubject =
  | { class: 'queued'; queue: string; priority: number; branch?: string }
  | { class: 'active' | 'outcome' | 'control'; queue: string }
  | { class: 'claim'; runId: string }
  | { class: 'tick'; scheduleId: string };

/** The commands of every worker. */
export const workerCommandFilter = 'jf.worker.command.*';
/** Where one worker hears what it is to do. */
export const workerCommandSubject = (workerId: string) => `jf.worker.command.${base32(workerId)}`;

/** Core NATS subjects: hints and questions that may be lost. */
export const live = {
  checkpoint: 'jf.live.checkpoint',
  worker: 'jf.worker.heartbeat',
  cancel: 'jf.control.cancel',
  verify: 'jf.rpc.verify',
  /** A worker asks any gateway for a secret, sealed for it alone. */
  secret: 'jf.rpc.secret',
  /** Who runs what under limits, asked when Redis has lost its permits. */
  holders: 'jf.rpc.holders',
  /** Somebody's role, session or key changed: gateways look everybody up anew. */
  access: 'jf.live.access',
  /** A bulk operation moved on. */
  bulk: 'jf.live.bulk',
} as const;
