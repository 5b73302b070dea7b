import { HoldersReply, live, RUNS_STREAM } from '@jobflow/contracts';
import type { Clock, Logger, NatsLink, StateStore, Stoppable } from '@jobflow/platform';
import { connectRedis } from '../limits/connect-redis.js';
import { RedisPermits } from '../limits/redis-permits.js';

const ASK_TIMEOUT_MS = 6_000;

interface Around {
  workerId: string;
  link: NatsLink;
  store: Pick<StateStore, 'queues'>;
  clock: Clock;
  logger: Logger;
  onTrouble: (what: string, error: unknown) => void;
}

export interface StartedPermits extends Stoppable {
  permits: RedisPermits;
}

/** Permits over two connections of their own. A Redis that is away is no reason not to start: only what is limited waits. */
export async function startPermits(url: string, around: Around): Promise<StartedPermits> {
  const { workerId, link, store, clock, logger, onTrouble } = around;
  const [redis, news] = await Promise.all(['', '-news'].map((what) => connectRedis(url, `${workerId}${what}`, logger)));
  if (!redis || !news) throw new Error('two connections are needed');
  const askHolders = async () => {
    const { state } = await link.jsm.streams.info(RUNS_STREAM);
    const queues = [...store.queues.values()].flatMap((kept) => (kept.state.concurrency ? [kept.state.name] : []));
    const request = JSON.stringify({ seq: state.last_seq, queues });
    const reply = await link.nc.request(live.holders, request, { timeout: ASK_TIMEOUT_MS }).catch((cause: unknown) => {
      throw new Error('no projector answers', { cause });
    });
    return HoldersReply.parse(reply.json());
  };
  const permits = new RedisPermits({ workerId, redis, news, clock, askHolders, onTrouble });
  await permits.start();
  return {
    permits,
    async stop() {
      await permits.stop();
      redis.disconnect();
      news.disconnect();
    },
  };
}
