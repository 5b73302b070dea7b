// Writes .env for docker-compose.yml: .env.example, with fresh secrets filled in. Never overwrites one.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const password = () => randomBytes(24).toString('hex');
const key = () => randomBytes(32).toString('base64');
const fresh = {
  NATS_PASSWORD: password(),
  POSTGRES_PASSWORD: password(),
  REDIS_PASSWORD: password(),
  JOBFLOW_JWT_KEY: key(),
  JOBFLOW_ENCRYPTION_KEY: key(),
  JOBFLOW_CALLBACK_SECRET: `whsec_${key()}`,
  JOBFLOW_ADMIN_PASSWORD: randomBytes(15).toString('base64url'),
};

const example = readFileSync(join(root, '.env.example'), 'utf8');
const filled = example.replace(/^(\w+)=$/gm, (line, name) =>
  fresh[name] === undefined ? line : `${name}=${fresh[name]}`,
);
try {
  writeFileSync(join(root, '.env'), filled, { mode: 0o600, flag: 'wx' });
  process.stdout.write('Wrote .env. The first administrator and the password are in it, under JOBFLOW_ADMIN_.\n');
} catch (error) {
  const reason =
    error.code === 'EEXIST' ? 'there is one already: remove it first, if its secrets may be lost' : error.message;
  process.stderr.write(`.env was not written: ${reason}.\n`);
  process.exitCode = 1;
}
