import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

function service(body: string, env: NodeJS.ProcessEnv = {}, ipc = false) {
  const code = `
    import { BootError, readConfig, runService, base64Key } from '@jobflow/platform';
    await runService('sample', async (ctx) => { ${body} });`;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { PATH: process.env.PATH, JOBFLOW_HEALTH_PORT: '0', ...env },
    stdio: ipc ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
    cwd: import.meta.dirname,
  });
  let out = '';
  let errors = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const exited = once(child, 'exit').then(([code]) => ({ code, out, errors }));
  const says = async (text: string) => {
    while (!out.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  return { child, exited, says };
}

const part = (name: string) => `{ stop: async () => ctx.logger.info('stopped ${name}') }`;

it.each(['SIGTERM', 'SIGINT'] as const)(
  'a process stops its parts in reverse order on %s, and exits 0',
  async (signal) => {
    const { child, exited, says } = service(`return [${part('first')}, ${part('second')}]`);
    await says('sample started');
    child.kill(signal);
    const { code, out } = await exited;
    expect(code).toBe(0);
    expect(out.indexOf('stopped second')).toBeLessThan(out.indexOf('stopped first'));
  },
);

it('a process ends when its parent does', async () => {
  const { child, exited, says } = service(`return ${part('only')}`, {}, true);
  await says('sample started');
  child.disconnect();
  expect(await exited).toMatchObject({ code: 0, out: expect.stringContaining('parent gone') });
});

it('a part that fails to stop does not keep the others from stopping', async () => {
  const { child, exited, says } = service(`return [${part('first')}, { stop: async () => { throw new Error('no') } }]`);
  await says('sample started');
  child.kill('SIGTERM');
  expect(await exited).toMatchObject({ code: 0, out: expect.stringContaining('stopped first') });
});

it.each([
  [`throw new BootError('NATS cannot be reached: start it.')`, 'NATS cannot be reached: start it.\n'],
  [
    `readConfig('sample', { SOME_KEY: base64Key(32) }, ctx.env)`,
    /^sample cannot start: SOME_KEY decodes to 3 bytes; wanted: .*\n$/,
  ],
])('a boot that a person can mend says so in one sentence, without a stack', async (body, sentence) => {
  const { code, errors } = await service(body, { SOME_KEY: 'YWJj' }).exited;
  expect(code).toBe(1);
  expect(errors).toMatch(sentence);
});

it('a promise that nobody handles ends the process', async () => {
  const { exited } = service(`setTimeout(() => { Promise.reject(new Error('lost')) }, 10); return ${part('x')}`);
  expect(await exited).toMatchObject({ code: 1, out: expect.stringContaining('lost') });
});
