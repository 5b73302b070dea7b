import type { JobState } from '@jobflow/contracts';
import { saveState } from '@jobflow/platform';
import { createWorker, defineHandler, type WorkerOptions } from '@jobflow/sdk';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { until } from '../platform/backed.js';
import { type House, startHouse } from './house.js';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.[Symbol.asyncDispose]());

const handler = (name: string, shape: z.ZodRawShape, title = name) =>
  defineHandler(name, { title, input: z.object(shape) }, () => 1);
const v1 = (name: string) => handler(name, { to: z.string() });
const v2 = (name: string) => handler(name, { to: z.string(), subject: z.string() });

/** Starts and stops a worker; what it warned of. */
async function deploy(handlers: WorkerOptions['handlers'], more: Partial<WorkerOptions> = {}): Promise<string[]> {
  const warnings: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line).msg) });
  const worker = createWorker({ nats: house.backing.natsUrl, logger, ...(handlers && { handlers }), ...more });
  await worker.start();
  await worker.stop();
  return warnings;
}

async function jobOf(name: string, revision: number): Promise<JobState> {
  await until(() => house.store.jobs.get(name)?.state.revision === revision, `${name} has revision ${revision}`);
  return house.store.jobs.get(name)?.state as JobState;
}
const required = ({ inputSchema }: JobState) => (inputSchema as { required: string[] }).required;

it('a newer handler brings its job along, and an older one that starts again does not take it back', async () => {
  await deploy([v1('mail')]);
  expect(required(await jobOf('mail', 1))).toEqual(['to']);
  await deploy([v2('mail')]);
  expect(await jobOf('mail', 2)).toMatchObject({
    updatedBy: 'system:worker',
    inputSchema: { required: ['to', 'subject'] },
  });
  await deploy([v1('mail')]);
  await deploy([v2('mail')]);
  expect(required(await jobOf('mail', 2))).toEqual(['to', 'subject']);
  await deploy([v1('mail')], { register: 'always' });
  expect(required(await jobOf('mail', 3))).toEqual(['to']);
});

it('workers that start together change a job once', async () => {
  await deploy([v1('together')]);
  await Promise.all(Array.from({ length: 4 }, () => deploy([v2('together')])));
  expect((await jobOf('together', 2)).registered?.earlier).toHaveLength(1);
});

it('what a person edited stays, and the worker names what differs', async () => {
  await deploy([v1('edited')]);
  const job = await jobOf('edited', 1);
  const mine = { ...job, title: 'Mine', revision: 2, updatedBy: 'user:1' };
  await saveState(house.log, house.store, { type: 'JobSaved', job: mine });
  expect(await deploy([v1('edited')])).toEqual([]);
  expect(await deploy([v2('edited')])).toEqual([
    'the job was edited, so what its handler says now is not applied to it: title, inputSchema',
  ]);
  expect((await jobOf('edited', 2)).title).toBe('Mine');
});

it('a deleted job stays deleted, and a worker that registers nothing creates none', async () => {
  await deploy([v1('deleted')]);
  await jobOf('deleted', 1);
  await saveState(house.log, house.store, { type: 'JobDeleted', name: 'deleted' });
  await deploy([v2('deleted'), v1('unwanted')], { register: 'never' });
  await deploy([v2('deleted')]);
  expect(house.store.jobs.has('deleted')).toBe(false);
  expect(house.store.seqOf('job', 'unwanted')).toBe(0);
});

it('a worker does not start with an input schema that nobody could enqueue with, and registers nothing of it', async () => {
  const wrong = defineHandler('wrong', { input: { type: 'strin' } }, () => 1);
  await expect(deploy([wrong])).rejects.toThrow(/job "wrong": inputSchema: is not a usable JSON Schema/);
  expect(house.store.seqOf('job', 'wrong')).toBe(0);
});
