import {
  createOrderedReader,
  type Logger,
  type NatsLink,
  type OrderedReader,
  type Recreated,
  type Service,
} from '@jobflow/platform';
import type { Db, DbSession } from '@jobflow/read-model';
import { checkLog, commitIdOf, LogMismatchError, storedCheckpoint } from './log-identity.js';
import type { LogMessage, Projection, Rejected } from './projection.js';
import { type Pace, restAfter } from './rest-after.js';

export interface ProjectionLoop extends Service {
  /** The last sequence whose rows are committed. */
  checkpoint(): number;
  /** What keeps it from going on, if anything. */
  trouble(): { fatal: boolean; message: string } | undefined;
  /** Resolves once the checkpoint is at or past it; false after the patience is over. */
  passed(seq: number, patienceMs: number): Promise<boolean>;
  /** Messages that no schema accepted, since the start. */
  rejected(): number;
}

interface Dependencies {
  link: NatsLink;
  db: Db;
  logger: Logger;
  /** The largest batch: while it lags, larger ones hold more runs from their start to their end, which are one write. */
  maxBatch?: number;
}

const AGAIN_MS = 1_000;

/*
 * One stream, folded into rows. Each batch is folded in memory while the transaction of the batch before is under way;
 * rows and checkpoint go together, compare-and-set. Whatever fails, the loop forgets all it remembers and starts again
 * from the stored checkpoint.
 */
export function createProjectionLoop<F>(
  projection: Projection<F>,
  { link, db, logger, maxBatch = 8_000 }: Dependencies,
): ProjectionLoop {
  let checkpoint = 0;
  let trouble: { fatal: boolean; message: string } | undefined;
  let rejectedCount = 0;
  let running: Promise<void> | undefined;
  let stopped = false;
  const stopping = Promise.withResolvers<void>();
  const waiters = new Set<{ seq: number; done(passed: boolean): void }>();
  /** Ends the rest under way, if there is one. */
  let endRest: (() => void) | undefined;

  const moveTo = (seq: number) => {
    checkpoint = seq;
    for (const waiter of waiters) if (waiter.seq <= seq) waiter.done(true);
  };

  // No race with the stop: what is raced against a promise that stays pending is held by it for ever.
  const restFor = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** One life: from the stored checkpoint until something breaks, or the loop is stopped. */
  async function live(): Promise<void> {
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => undefined);
    const session = await db.session((error) => broken.reject(error));
    let reader: OrderedReader | undefined;
    try {
      await session.query('set synchronous_commit = off');
      moveTo(await storedCheckpoint(session, projection.stream));
      await checkLog(link, session, projection.stream, checkpoint);
      await projection.load(session);
      reader = startReader(session, broken.reject);
      trouble = undefined;
      await Promise.race([broken.promise, stopping.promise]);
    } finally {
      await reader?.stop();
      await session.end();
    }
  }

  function startReader(session: DbSession, broken: (error: Error) => void): OrderedReader {
    let writing: Promise<void> = Promise.resolve();
    let failed = false;
    const fail = (error: Error) => {
      failed = true;
      broken(error);
    };
    const reader = createOrderedReader(link, {
      stream: projection.stream,
      fromSeq: checkpoint + 1,
      maxBatch,
      logger,
      async onBatch(messages) {
        if (failed) return;
        const began = performance.now();
        let pace: Pace | undefined;
        try {
          const folded = await projection.fold(messages, session, () => writing);
          pace = projection.paceOf?.(folded);
          await writing;
          if (!failed) writing = write(session, folded, messages).catch(fail);
        } catch (error) {
          fail(error as Error);
        }
        // The reader gathers meanwhile.
        const rest = restAfter({ messages: messages.length, tookMs: performance.now() - began, pace });
        if (rest >= 1 && waiters.size === 0 && !stopped) await restFor(rest);
      },
      async onRecreated({ stream }: Recreated) {
        await writing;
        if (failed) return undefined;
        await checkLog(link, session, projection.stream, checkpoint, stream).catch(fail);
        return undefined;
      },
      async onGap({ expected, got }) {
        if (projection.gapless) fail(await explainGap(link, projection.stream, expected, got));
      },
    });
    void reader.start();
    return reader;
  }

  async function write(session: DbSession, folded: F, messages: readonly LogMessage[]): Promise<void> {
    const prev = checkpoint;
    const cur = messages.at(-1)?.seq ?? prev;
    await session.tx(async (tx) => {
      await projection.write(tx, folded);
      await keepRejected(tx, projection.stream, projection.rejectedOf(folded));
      const moved = await tx.prepared<{ seq: number }>(
        'checkpoint',
        'update read.checkpoint set seq = $2, commit_id = $3, updated_at = now() where stream = $1 and seq = $4 returning seq',
        [projection.stream, cur, commitIdOf(messages.at(-1)?.data), prev],
      );
      if (moved.length === 0)
        throw new Error(
          `the checkpoint of ${projection.stream} is not at ${prev} any more: another projector moved it`,
        );
    });
    for (const { seq, reason } of projection.rejectedOf(folded)) {
      rejectedCount++;
      logger.error(
        { stream: projection.stream, seq, reason },
        'a message that no schema accepts was kept aside in read.rejected',
      );
    }
    moveTo(cur);
    projection.committed?.(folded, { prev, cur });
  }

  async function run(): Promise<void> {
    while (!stopped) {
      try {
        await live();
      } catch (error) {
        const fatal = error instanceof LogMismatchError;
        trouble = { fatal, message: (error as Error).message };
        if (stopped) return;
        if (fatal) {
          logger.fatal({ stream: projection.stream }, (error as Error).message);
          await stopping.promise;
          return;
        }
        logger.error({ err: error, stream: projection.stream }, 'the projection starts again from its checkpoint');
        await Promise.race([pause(AGAIN_MS), stopping.promise]);
      }
    }
  }

  return {
    async start() {
      if (!stopped) running ??= run();
    },
    async stop() {
      stopped = true;
      stopping.resolve();
      endRest?.();
      for (const waiter of waiters) waiter.done(false);
      await running;
    },
    checkpoint: () => checkpoint,
    trouble: () => trouble,
    rejected: () => rejectedCount,
    passed(seq, patienceMs) {
      if (checkpoint >= seq) return Promise.resolve(true);
      return new Promise((resolve) => {
        const waiter = {
          seq,
          done(passed: boolean) {
            clearTimeout(timer);
            waiters.delete(waiter);
            resolve(passed);
          },
        };
        const timer = setTimeout(() => waiter.done(false), patienceMs);
        waiters.add(waiter);
        endRest?.();
      });
    },
  };
}

/** A message that is there but was not given is the reader's fault: reading again mends it. One that is gone is fatal. */
async function explainGap(link: NatsLink, stream: string, expected: number, got: number): Promise<Error> {
  const missing = await link.jsm.streams.getMessage(stream, { seq: expected });
  if (missing) return new Error(`the reader of ${stream} went from ${expected - 1} to ${got}`);
  return new LogMismatchError(
    `${stream} has no messages from ${expected} to ${got - 1}, which were never folded: restore the log, or rebuild the read model.`,
  );
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function keepRejected(tx: DbSession, stream: string, rejected: readonly Rejected[]): Promise<void> {
  for (const { seq, at, reason, data } of rejected) {
    await tx.query(
      'insert into read.rejected (stream, seq, at, reason, data) values ($1, $2, to_timestamp($3 / 1000.0), $4, $5) on conflict do nothing',
      [stream, seq, at, reason, Buffer.from(data)],
    );
  }
}
