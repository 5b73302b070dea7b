import type { NatsPermissions } from '@jobflow/contracts';
import type { Place } from './server.js';

/** Jobflow's own user of the private server: it may do everything. */
export const NATS_USER = 'jobflow';
export const USERS_FILE = 'users.conf';

/** A user who may do only so much. `hash`: bcrypt. */
export interface NatsWorkerUser {
  user: string;
  hash: string;
  permissions: NatsPermissions;
}

/**
 * JetStream's own limit on its store is three quarters of the disk that is free when it starts, and a stream that no
 * longer fits into it does not come back: it is set far above what Jobflow's streams reserve, each of which has its own.
 * The users are in a file of their own, so that they can be changed while the server runs.
 */
export const natsConfig = ({ place, fsync }: { place: Place; fsync: boolean }): string => `\
server_name: jobflow
host: "${place.host}"
port: ${place.port}
max_payload: 8MB
max_control_line: 8KB
jetstream {
  store_dir: "${place.dir}/jetstream"
  max_memory_store: 256MB
  max_file_store: 256GB${fsync ? '\n  sync_interval: always' : ''}
}
authorization {
  include "${USERS_FILE}"
}
`;

/** The users of the private server. */
export const usersConfig = (password: string, workers: readonly NatsWorkerUser[]): string => `\
users: [
  { user: ${NATS_USER}, password: "${password}" }
${workers.map((worker) => indent(workerUserConfig(worker))).join('\n')}
]
`;

/** One worker's entry in the list of users of any nats-server. */
export const workerUserConfig = ({ user, hash, permissions }: NatsWorkerUser): string => `\
{
  user: "${user}", password: "${hash}"
  permissions: {
${permissionsConfig(permissions)}
  }
}`;

const permissionsConfig = ({ publish, subscribe }: NatsPermissions): string =>
  [
    `    publish: { allow: [\n${listed(publish)}\n    ] }`,
    `    subscribe: { allow: [\n${listed(subscribe)}\n    ] }`,
    // Whoever tells a worker to drain or to end waits for its answer.
    '    allow_responses: { max: 1, ttl: "1m" }',
  ].join('\n');

const listed = (subjects: readonly string[]): string => subjects.map((subject) => `      "${subject}"`).join('\n');
const indent = (text: string): string => text.replace(/^/gm, '  ');
