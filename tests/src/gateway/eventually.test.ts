import { expect, it } from 'vitest';
import type { Answer } from '../system/api-client.js';
import { eventually } from './domain-house.js';

const refused = (code: string): Answer => ({
  status: 200,
  data: null,
  errors: [{ message: code, extensions: { code } }],
});
const scripted = (answers: Answer[]) => {
  let asked = 0;
  return { asked: () => asked, ask: async () => answers[asked++] ?? refused('INTERNAL_SERVER_ERROR') };
};
const run = (status: string): Answer => ({ status: 200, data: { run: { status } } });

it('eventually keeps asking for what is not found yet', async () => {
  const api = scripted([refused('NOT_FOUND'), run('QUEUED'), run('RUNNING')]);
  const data = await eventually(api, '{ run }', {}, ({ run }) => run.status === 'RUNNING');
  expect(data).toEqual({ run: { status: 'RUNNING' } });
  expect(api.asked()).toBe(3);
});

it('eventually ends at any other refusal, and says which', async () => {
  const api = scripted([refused('FORBIDDEN'), run('RUNNING')]);
  await expect(eventually(api, '{ run }', {}, () => true)).rejects.toThrow(/FORBIDDEN/);
  expect(api.asked()).toBe(1);
});
