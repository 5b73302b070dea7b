import type { Logger } from 'pino';
import type { NatsLink } from '../nats/nats-link.js';
import type { Service } from '../service/service.js';
import { ReaderSession, type SessionEnd } from './reader-session.js';

export interface ReadMessage {
  seq: number;
  subject: string;
  data: Uint8Array;
  /** When it was stored, epoch ms by the broker's clock. */
  time: number;
}

/** What a reader learns when it begins to read anew: enough to find out whether this is still the same log. */
export interface Recreated {
  why: string;
  /** The sequence that would be read next. */
  nextSeq: number;
  stream: { created: string; firstSeq: number; lastSeq: number };
}

export interface OrderedReaderOptions {
  stream: string;
  /** One literal subject or one wildcard. Without it every sequence is expected, and gaps are told. */
  filterSubject?: string;
  /** The first sequence wanted, or the newest message of every subject and then all that follows. */
  fromSeq: number | 'last-per-subject';
  /** Messages in order, at most `maxBatch`. The next batch waits for the promise; a rejection is retried after 1 s. */
  onBatch?(messages: ReadMessage[]): Promise<void>;
  onMessage?(message: ReadMessage): Promise<void>;
  /**
   * Before anything is read again after a reconnect, a server restart or a lost consumer. May return the sequence to go
   * on from. It resolves before the next batch.
   */
  onRecreated?(event: Recreated): Promise<number | 'last-per-subject' | undefined> | undefined;
  /** Sequences are missing (never with a filter): told before the message after the gap is given out. */
  onGap?(gap: { expected: number; got: number }): Promise<void>;
  /** Whenever everything there was has been given out. */
  onCaughtUp?(): void;
  maxBatch?: number;
  logger: Logger;
}

export interface OrderedReader extends Service {
  /** The sequence that is read next. */
  nextSeq(): number;
  /** When the server last gave a sign of life (there is one a second): epoch ms, 0 before the first. */
  heardAt(): number;
}

const RETRY_MS = 500;
const BATCH_RETRY_MS = 1_000;

/**
 * Reads one stream in order, for ever: an ephemeral consumer, checked for continuity and made anew whenever its
 * continuity cannot be proved (a reconnect, missed heartbeats, a jump in its sequence).
 */
export function createOrderedReader(link: NatsLink, options: OrderedReaderOptions): OrderedReader {
  const { logger, maxBatch = 1_000 } = options;
  let from: number | 'last-per-subject' = options.fromSeq;
  let lastSeq = typeof from === 'number' ? from - 1 : 0;
  let session: ReaderSession | undefined;
  let stopped = false;
  let wakeUp: (() => void) | undefined;
  let running: Promise<void> | undefined;

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      wakeUp = done;
      function done() {
        clearTimeout(timer);
        resolve();
      }
    });

  async function give(messages: ReadMessage[]): Promise<void> {
    for (;;) {
      try {
        if (options.onBatch) await options.onBatch(messages);
        else if (options.onMessage) for (const message of messages) await options.onMessage(message);
        return;
      } catch (error) {
        if (stopped) return;
        logger.error(
          { err: error, stream: options.stream, seq: messages[0]?.seq },
          'a batch failed and is given again',
        );
        await pause(BATCH_RETRY_MS);
        if (stopped) return;
      }
    }
  }

  async function read(current: ReaderSession): Promise<SessionEnd> {
    for (;;) {
      const taken = await current.take(maxBatch);
      if ('ended' in taken) return taken;
      const gapless = from !== 'last-per-subject' && !options.filterSubject;
      for (const part of gapless ? unbroken(taken.messages) : [taken.messages]) {
        const [first] = part;
        if (gapless && first && first.seq !== lastSeq + 1) {
          await options.onGap?.({ expected: lastSeq + 1, got: first.seq });
        }
        if (stopped) return { ended: 'stopped' };
        if (first) await give(part);
        if (stopped) return { ended: 'stopped' };
        lastSeq = part.at(-1)?.seq ?? lastSeq;
      }
      if (taken.caughtUp) {
        if (from === 'last-per-subject') from = lastSeq + 1;
        options.onCaughtUp?.();
      }
    }
  }

  async function run(): Promise<void> {
    let why: string | undefined;
    while (!stopped) {
      if (!link.connected()) {
        await Promise.race([link.whenConnected(RETRY_MS * 10), pause(RETRY_MS * 10)]);
        wakeUp?.();
        continue;
      }
      try {
        const start = from === 'last-per-subject' ? from : lastSeq + 1;
        const opened = await ReaderSession.open(link, options, start);
        session = opened;
        // Stopped while it was opened: nobody has ended this session yet.
        if (stopped) break;
        if (why !== undefined) {
          const nextSeq = lastSeq + 1;
          const elsewhere = await options.onRecreated?.({ why, nextSeq, stream: opened.streamState });
          if (elsewhere !== undefined && elsewhere !== start) {
            await opened.close();
            from = elsewhere;
            lastSeq = typeof elsewhere === 'number' ? elsewhere - 1 : 0;
            why = undefined;
            continue;
          }
        }
        why = (await read(opened)).ended;
        await opened.close();
        if (!stopped) logger.info({ stream: options.stream, why, nextSeq: lastSeq + 1 }, 'reading anew');
      } catch (error) {
        why ??= 'the consumer could not be made';
        if (!stopped) logger.warn({ err: error, stream: options.stream }, 'cannot read the stream now');
        await session?.close();
        if (!stopped) await pause(RETRY_MS);
      }
    }
  }

  return {
    async start() {
      if (!stopped) running ??= run();
    },
    async stop() {
      stopped = true;
      session?.end('stopped');
      wakeUp?.();
      await running;
      await session?.close();
    },
    nextSeq: () => lastSeq + 1,
    heardAt: () => session?.heardAt ?? 0,
  };
}

/** Cuts messages wherever sequences between them are missing, so that a gap is told before what comes after it. */
function unbroken(messages: ReadMessage[]): ReadMessage[][] {
  const parts: ReadMessage[][] = [];
  let from = 0;
  for (let n = 1; n <= messages.length; n++) {
    if (n < messages.length && messages[n]?.seq === (messages[n - 1]?.seq ?? 0) + 1) continue;
    parts.push(from === 0 && n === messages.length ? messages : messages.slice(from, n));
    from = n;
  }
  return parts;
}
