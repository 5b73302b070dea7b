import { randomBytes } from 'node:crypto';
import { keyIdOf } from '@jobflow/platform';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { notified } from './notified.js';
import { receiver } from './receiver.js';

it('a delivery whose key is missing waits, says which, and is made once a notifier has the key', async () => {
  await using hooks = await receiver((_path, _earlier, response) => response.end('ok'));
  await using house = await notified();
  const [sealedWith, current] = [house.key, randomBytes(32).toString('base64')];
  const secret = await house.channel('ops', hooks.url('/ops'));
  const without = await house.notify({ JOBFLOW_ENCRYPTION_KEY: current });
  const runId = await house.end();
  const complaint = ` was sealed with the key ${keyIdOf(sealedWith)}, which is not here`;
  await until(() => without.output().includes(complaint), 'the notifier names the key');
  expect(without.output()).not.toContain('at Object.open');
  expect(await without.stop()).toBe(0);
  expect(hooks.at('/ops')).toEqual([]);

  await house.notify({
    JOBFLOW_ENCRYPTION_KEY: current,
    JOBFLOW_ENCRYPTION_OLD_KEYS: sealedWith.toString('base64'),
  });
  await until(() => hooks.at('/ops').length > 0, 'it is delivered');
  const [received] = hooks.at('/ops');
  expect(new Webhook(secret).verify(received?.body ?? '', received?.headers ?? {})).toMatchObject({ data: { runId } });
});
