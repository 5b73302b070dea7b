import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../log.js';
import { runCommand } from '../process/run-command.js';
import { findTool } from './find-tool.js';
import { fromArchive } from './from-archive.js';
import { fromDebian } from './from-debian.js';
import { fromHomebrew } from './from-homebrew.js';
import { fromPath, whichCommand } from './from-path.js';
import type { FindContext, ToolNeed } from './tool.js';
import { fromCache } from './tool-cache.js';
import { natsNeed, redisNeed } from './tool-needs.js';

let dir: string;
let context: FindContext;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'jobflow-find-'));
  context = { cacheDir: join(dir, 'cache'), env: process.env, log: silentLog };
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const fakeServer = (version: string): string => `#!/bin/sh\necho "nats-server: v${version}"\n`;

async function script(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
}

test('a program in PATH is taken if it is new enough, and refused with its version if not', async () => {
  await script(join(dir, 'new/nats-server'), fakeServer('2.14.0'));
  await script(join(dir, 'old/nats-server'), fakeServer('2.9.10'));
  const fresh = await fromPath(natsNeed, { ...context, env: { PATH: join(dir, 'new') } });
  expect(fresh).toMatchObject({ tool: { path: join(dir, 'new/nats-server'), version: [2, 14, 0] } });
  const old = await fromPath(natsNeed, { ...context, env: { PATH: join(dir, 'old') } });
  expect(old).toEqual({ why: `${join(dir, 'old/nats-server')} 2.9.10 is older than 2.12.0` });
});

test('Homebrew installs the formula if it is not there', async () => {
  const brew = `#!/bin/sh\ncase "$1" in list) exit 1;; install) mkdir -p ${dir}/brewed/bin; cp ${dir}/new/nats-server ${dir}/brewed/bin;; --prefix) echo ${dir}/brewed;; esac\n`;
  await script(join(dir, 'new/nats-server'), fakeServer('2.14.0'));
  await script(join(dir, 'brew/brew'), brew);
  const env = { PATH: `${join(dir, 'brew')}:${process.env.PATH}` };
  expect(await fromHomebrew(natsNeed, { ...context, env })).toMatchObject({
    tool: { path: join(dir, 'brewed/bin/nats-server'), source: 'Homebrew' },
  });
});

test('a release archive is kept if its checksum is right, and thrown away if not', async () => {
  await script(join(dir, 'release/nats-server-v2.14.2/nats-server'), fakeServer('2.14.2'));
  const file = join(dir, 'nats.tar.gz');
  await runCommand('tar', ['-czf', file, '-C', join(dir, 'release'), 'nats-server-v2.14.2']);
  const bytes = await readFile(file);
  const sums = `${createHash('sha256').update(bytes).digest('hex')}  nats.tar.gz\n`;
  const answers: Record<string, Buffer | string> = {
    '/nats.tar.gz': bytes,
    '/sums': sums,
    '/wrong': `${'0'.repeat(64)}  nats.tar.gz`,
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  }).listen(0, '127.0.0.1');
  const base = await new Promise<string>((resolve) =>
    server.once('listening', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
  const need = (checksums: string, archive = 'nats.tar.gz'): ToolNeed => ({
    ...natsNeed,
    archive: () => ({
      url: `${base}/${archive}`,
      checksumUrl: `${base}/${checksums}`,
      member: 'nats-server-v2.14.2/nats-server',
    }),
  });
  try {
    expect(await fromArchive(need('wrong'), context)).toEqual({
      why: `${base}/nats.tar.gz does not match its published checksum`,
    });
    expect(await fromArchive(need('missing'), context)).toEqual({ why: `${base}/nats.tar.gz: answered 404` });
    expect(await fromCache(natsNeed, context)).toEqual({ why: 'not in the cache' });
    expect(await fromArchive(need('sums'), context)).toMatchObject({ tool: { version: [2, 14, 2] } });
    expect(await fromCache(natsNeed, context)).toMatchObject({ tool: { version: [2, 14, 2] } });
  } finally {
    server.close();
  }
});

const apt = await whichCommand('apt-get', process.env);

test.skipIf(!apt)(
  'nats-server and redis-server come from Debian packages, unpacked by any user, and run',
  async () => {
    const cacheDir = join(dir, 'debian');
    for (const need of [natsNeed, redisNeed]) {
      const tool = await findTool(need, { ...context, cacheDir }, { fromDebian });
      expect(tool.source).toMatch(/^Debian /);
      const cached = await fromCache(need, { ...context, cacheDir });
      expect(cached).toMatchObject({ tool: { version: tool.version } });
    }
  },
  300_000,
);
