import { join } from 'node:path';
import { keyIdOf } from '@jobflow/platform';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSecrets, readSecrets } from '../data-dir/secrets.js';
import { tempDir } from '../testing/temp-dir.js';
import { rotateSecretsKey } from './rotate-secrets-key.js';

let dir: Awaited<ReturnType<typeof tempDir>>;
beforeEach(async () => {
  dir = await tempDir();
});
afterEach(() => dir[Symbol.asyncDispose]());

async function run(args: string[] = [], env: NodeJS.ProcessEnv = { JOBFLOW_DATA_DIR: dir.path }): Promise<string> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  await rotateSecretsKey.run({ args, env, cwd: '/', print, complain: print, onStopRequest() {} });
  return lines.join('\n');
}

test('a new key for stored secrets is made, the present one kept; both are named, neither is shown', async () => {
  const { encryptionKey } = await loadSecrets(dir.path);
  const said = await run();
  const after = await readSecrets(dir.path);
  expect(after.encryptionKey).not.toBe(encryptionKey);
  expect(after.oldEncryptionKeys).toEqual([encryptionKey]);
  const id = (key: string) => keyIdOf(Buffer.from(key, 'base64'));
  expect(said).toContain(`a new key, ${id(after.encryptionKey)}; the key ${id(encryptionKey)} is kept`);
  expect(said).toContain('from its next start on');
  for (const key of [encryptionKey, after.encryptionKey]) expect(said).not.toContain(key);
});

test('no key is made where there is no installation, or where its own does not count', async () => {
  await expect(run(['--data-dir', join(dir.path, 'nowhere')])).rejects.toThrow('start it once');
  const before = await loadSecrets(dir.path);
  const env = { JOBFLOW_DATA_DIR: dir.path, JOBFLOW_ENCRYPTION_KEY: 'x' };
  await expect(run([], env)).rejects.toThrow(/^JOBFLOW_ENCRYPTION_KEY is set, and wins .* JOBFLOW_ENCRYPTION_OLD_KEYS/);
  await expect(run(['--force'])).rejects.toThrow('Unknown option --force');
  expect(await run(['--help'])).toContain('Usage: jobflow rotate-secrets-key');
  expect(await readSecrets(dir.path)).toEqual(before);
});
