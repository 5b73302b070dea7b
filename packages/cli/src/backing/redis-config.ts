import type { Place } from './server.js';

export const REDIS_USERS_FILE = 'users.acl';

/** A worker elsewhere, who may count under limits and nothing else. `sha256`: of the password, hexadecimal. */
export interface RedisWorkerUser {
  user: string;
  sha256: string;
}

/**
 * Nothing is written to disk. When the memory is full, writes are refused rather than keys evicted: an evicted permit
 * would break a limit in silence. The users are in a file of their own, so that they can be changed while the server runs.
 */
export const redisConfig = (place: Place): string => `\
bind ${place.host}
port ${place.port}
protected-mode yes
aclfile "${place.dir}/${REDIS_USERS_FILE}"
dir "${place.dir}"
daemonize no
save ""
appendonly no
maxmemory 256mb
maxmemory-policy noeviction
loglevel notice
`;

/** What the permits of the SDK take, command by command: scripts, the server's clock, news, what a client asks first. */
const COMMANDS = [
  ...['eval', 'evalsha', 'time', 'info', 'ping', 'auth', 'hello', 'select', 'quit', 'client|setname'],
  ...['subscribe', 'unsubscribe', 'publish', 'exists', 'get', 'set', 'del', 'pexpire'],
  ...['hget', 'hset', 'hsetnx', 'hdel', 'hkeys', 'hvals', 'hlen', 'hexists', 'hincrby', 'hrandfield'],
  ...['zadd', 'zrem', 'zrange', 'zrangebyscore', 'zcard'],
];

/** A worker's user, as ACL SETUSER and the file of users have it. */
export const redisWorkerUser = ({ user, sha256 }: RedisWorkerUser): string[] => [
  ...[user, 'reset', 'on', `#${sha256}`, '~jf:{limits}', '~jf:{limits}:*', '&jf:{limits}:news', '-@all'],
  ...COMMANDS.map((command) => `+${command}`),
];

/** The users of the private server: Jobflow itself, who may do everything, and workers elsewhere. */
export const redisUsers = (sha256: string, workers: readonly RedisWorkerUser[]): string =>
  [
    `user default reset on #${sha256} ~* &* +@all`,
    ...workers.map((worker) => `user ${redisWorkerUser(worker).join(' ')}`),
    '',
  ].join('\n');
