import { expect, test } from 'vitest';
import { silentLog } from '../log.js';
import { findTool } from './find-tool.js';
import type { Found, Source, Tool } from './tool.js';
import { natsNeed, redisNeed } from './tool-needs.js';

const context = { cacheDir: '/nowhere', env: {}, log: silentLog };
const tool: Tool = { kind: 'native', path: '/x/nats-server', version: [2, 15, 1], source: 'here' };

function asked(): { sources: (answers: Record<string, Found | Error>) => Record<string, Source>; order: string[] } {
  const order: string[] = [];
  return {
    order,
    sources: (answers) =>
      Object.fromEntries(
        Object.entries(answers).map(([name, answer]) => [
          name,
          async () => {
            order.push(name);
            if (answer instanceof Error) throw answer;
            return answer;
          },
        ]),
      ),
  };
}

test('the first source that has the program ends the search', async () => {
  const { sources, order } = asked();
  const found = await findTool(natsNeed, context, sources({ a: { why: 'no' }, b: { tool }, c: { why: 'no' } }));
  expect(found).toBe(tool);
  expect(order).toEqual(['a', 'b']);
});

test('a source that breaks is passed over, and the error says what to install and why each source failed', async () => {
  const { sources } = asked();
  const searching = findTool(natsNeed, context, sources({ a: { why: 'not in PATH' }, b: new Error('disk full') }));
  await expect(searching).rejects.toThrow(
    'No nats-server 2.12 or newer could be found or fetched: install it from https://nats.io/download, ' +
      'or set NATS_URL to a server that is running (a: not in PATH; b: disk full).',
  );
});

test('a release archive is named for the machines it is published for, and for no other', () => {
  expect(natsNeed.archive('linux', 'arm64')?.url).toMatch(/nats-server-v[\d.]+-linux-arm64\.tar\.gz$/);
  expect(natsNeed.archive('darwin', 'x64')?.member).toMatch(/^nats-server-v[\d.]+-darwin-amd64\/nats-server$/);
  expect(natsNeed.archive('linux', 'riscv64')).toBeUndefined();
  expect(redisNeed.archive('darwin', 'arm64')).toBeUndefined();
});
