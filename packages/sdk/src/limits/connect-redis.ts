import type { Logger } from '@jobflow/platform';
import type { Redis } from 'ioredis';

/**
 * A connection that comes back by itself and answers at once, if only with an error: nothing queues up while it is away.
 * The driver is loaded only by workers that are given a Redis.
 */
export async function connectRedis(url: string, name: string, logger: Logger): Promise<Redis> {
  const { Redis: Client } = await import('ioredis');
  const redis = new Client(url, {
    connectionName: name,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    commandTimeout: 2_000,
    connectTimeout: 3_000,
    retryStrategy: (attempt) => Math.min(100 * attempt, 500),
  });
  let away = false;
  redis.on('error', (error) => {
    if (!away) logger.warn({ reason: error.message }, 'Redis cannot be reached: runs under limits wait');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
  });
  return redis;
}
