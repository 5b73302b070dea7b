import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** What only a worker takes: seconds of processor time and most of the memory, if every isolated attempt loaded it. */
const HEAVY = /node_modules\/(@nats-io|ioredis|pino|prom-client|ajv|undici)\//;
const TELL_LOADED = `data:text/javascript,
  import { registerHooks } from 'node:module';
  registerHooks({ load(url, context, next) { process._rawDebug(url); return next(url, context); } });`;

function loadedBy(...program: string[]): string[] {
  const { stderr } = spawnSync(process.execPath, ['--import', TELL_LOADED, ...program], {
    // What is built, as programs load it. There is no channel, so it ends as soon as it is loaded.
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe', 'ignore'],
    timeout: 30_000,
    encoding: 'utf8',
  });
  return stderr.split('\n');
}

describe('what a process loads that runs one handler alone', () => {
  it.each([
    ['its program', ['dist/isolation/handler-child.mjs']],
    ['the door through which handlers are defined', ['--input-type=module', '-e', 'import "@jobflow/sdk"']],
  ])('%s leaves out what only a worker takes', (_, program) => {
    const loaded = loadedBy(...program);
    expect(loaded.some((url) => url.includes('/sdk/dist/define/'))).toBe(true);
    expect(loaded.filter((url) => HEAVY.test(url))).toEqual([]);
  });

  it('would show here', () => {
    expect(loadedBy('dist/worker/running-worker.js').some((url) => HEAVY.test(url))).toBe(true);
  });
});
