import type { ConsumerDefinition } from '@jobflow/contracts';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Service } from '../service/service.js';

/** One message, held until it is acknowledged, given back, or the server's ack_wait has passed. */
export interface PulledMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** Where its answers go. */
  readonly reply: string;
  /** In the stream. */
  readonly seq: number;
  /** 1 for the first delivery, as far as the server remembers. */
  readonly deliveryCount: number;
  /** When it was stored, epoch ms by the broker's clock. */
  readonly time: number;
  /** The level it came from. */
  readonly level: PullLevel;
  ack(): void;
  /** Gives it back, to be delivered again after this delay. */
  nak(delayMs?: number): void;
  /** Restarts the server's ack_wait. No fence: the server may already have given it to another. */
  working(): void;
  /** It is never delivered again. */
  term(): void;
}

/** One consumer that the loop pulls from. */
export interface PullLevel {
  consumer: ConsumerDefinition;
  /** Higher first. */
  priority: number;
  /** How many messages this level may give now (a pause); without it as many as there are free slots. */
  room?(): number;
  /**
   * Nothing that belongs here is carried out by whoever pulls: no pull waits here, and
   * what was sent here all the same is asked for one at a time.
   */
  seldom?: boolean;
  /** Of a limited queue: one object for all its levels. */
  allowance?: PullAllowance;
}

/**
 * What may be asked for of a limited queue. Such levels have no standing pulls, which would hold what others could use: a
 * hint tells when the first message comes, and besides they are looked at every second.
 */
export interface PullAllowance {
  /** Messages that may be asked for, those under way included. */
  credits(): number;
  /** Asks for so many more; the loop is woken when they are there, or when it is worth asking again. Does nothing while it waits for an answer or for room. */
  want(count: number): void;
  /** So many credits have no use now. */
  unused(count: number): void;
}

export interface PullLoopOptions {
  /** Slots in all: sizes how much is held back for levels that were empty. */
  capacity(): number;
  /** Slots free now, not counting what the loop has asked for. Never negative. */
  freeSlots(): number;
  /** Called at once for each message. The slot must be counted as taken when it returns. */
  onMessage(message: PulledMessage): void;
  logger: Logger;
  metrics?: Registry;
}

/**
 * Pulls from many levels for one set of slots, and never asks for more than are free. Idle, a standing pull of one waits
 * on each level, or the next message is heard of where that would hold too many slots; busy, pulls that do not wait go
 * from the top over the levels that had something, and every 16th from the bottom, so that nothing starves.
 */
export interface PullLoop extends Service {
  /** Replaces the levels. What is under way on a level that is gone is withdrawn, and may still bring a message. */
  setLevels(levels: readonly PullLevel[]): void;
  /** Tells that slots have become free, or that a level's room has changed. */
  wake(): void;
  /** Messages asked for and not yet come. */
  asked(): number;
  /** Withdraws what was asked for; resolves when nothing can come any more. */
  stop(): Promise<void>;
}
