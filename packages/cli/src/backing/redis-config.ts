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

/** What the permits of the SDK take: their keys, their news, scripts, the server's clock, and what a client asks first. */
const WORKER_RULES =
  'resetkeys ~jf:{limits}* resetchannels &jf:{limits}:news -@all +@read +@write +@scripting +@pubsub +@connection -@dangerous +time +info';

/** The users of the private server: Jobflow itself, who may do everything, and workers elsewhere. */
export const redisUsers = (sha256: string, workers: readonly RedisWorkerUser[]): string =>
  [
    `user default reset on #${sha256} ~* &* +@all`,
    ...workers.map((worker) => `user ${worker.user} reset on #${worker.sha256} ${WORKER_RULES}`),
    '',
  ].join('\n');
