import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceName } from '../platform/service-plan.js';

const ALL: readonly ServiceName[] = ['projector', 'gateway', 'scheduler', 'executor', 'notifier'];

/** Speaks the supervisor's side of a service's life: health, signals, the end of its parent, logs. */
const service = `
const { createServer } = require('node:http');
const { writeFileSync } = require('node:fs');
const name = process.argv[1].split('/').at(-3);
const say = (level, msg) => console.log(JSON.stringify({ level, msg }));
if (process.env.FAIL === name) { say(60, 'PORT must be a number'); process.exit(1); }
writeFileSync(process.env.OUT + '/' + name + '-' + process.pid + '.json', JSON.stringify(process.env));
createServer((request, response) => response.end()).listen(process.env.JOBFLOW_HEALTH_PORT, '127.0.0.1');
const end = () => { if (process.env.STUBBORN !== name) process.exit(0); };
process.on('SIGTERM', end);
process.on('disconnect', () => process.exit(0));
say(40, 'the queue is slow');
if (name === 'gateway') {
  createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => { body += chunk; }).on('end', () => {
      const { email, password } = JSON.parse(body).variables;
      const good = !email || (email === process.env.ADMIN_EMAIL_IN_DB && password === process.env.ADMIN_PASSWORD_IN_DB)
        || (!process.env.ADMIN_EMAIL_IN_DB && password === process.env.JOBFLOW_ADMIN_PASSWORD);
      response.end(JSON.stringify(good ? { data: { login: { accessToken: 't' } } }
        : { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }));
    });
  }).listen(Number(process.env.PORT), process.env.HOST);
}
`;

/** Writes stand-ins for the five services, as they are laid out in the repository. */
export async function fakeServices(dir: string): Promise<string> {
  for (const name of ALL) {
    await mkdir(join(dir, name, 'dist'), { recursive: true });
    await writeFile(join(dir, name, 'dist', 'main.js'), service);
  }
  return dir;
}
