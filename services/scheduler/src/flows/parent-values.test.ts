import type { JobState, Json, RunEventOf } from '@jobflow/contracts';
import type { StateStore } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import { expect, it } from 'vitest';
import type { DueRow } from '../due/due-rows.js';
import { judgeRow } from '../due/judge-row.js';
import { aDueRow, DUE_AT } from '../testing/a-due-row.js';
import { createParentValues } from './parent-values.js';

const schema = (type: string) => ({ type: 'object', required: ['n'], properties: { n: { type } } });

interface World {
  /** What the run it depends on resulted in. */
  result: Json;
  /** The job's schemas, by revision; the last one is that of now, unless the job was deleted. */
  schemas?: Record<number, Json | undefined>;
  deleted?: boolean;
  template?: Json | null;
}

/** Fills a node that was made of revision 2 of its job. */
async function filled({ result, schemas = {}, deleted = false, template = { n: '{{parents.a.result.n}}' } }: World) {
  const revisions = Object.keys(schemas).map(Number);
  const revision = Math.max(...revisions);
  const now = { revision, inputSchema: schemas[revision] } as JobState;
  const jobs = new Map(deleted || revisions.length === 0 ? [] : [['mail.send', { state: now, seq: 1 }]]);
  const asked: unknown[][] = [];
  const db = {
    async query(sql: string, values: unknown[]) {
      if (sql.includes('read.flow_nodes'))
        return [{ key: 'a', run_id: 'run-a', status: 'SUCCEEDED', result, error: null }];
      asked.push(values);
      const [, wanted] = values as [string, number];
      return wanted in schemas ? [{ schema: schemas[wanted] ?? null }] : [];
    },
  } as unknown as Db;
  const row: DueRow = aDueRow({ flow_id: 'f', flow_key: 'b', input: template, input_template: template });
  const judged = judgeRow(row, DUE_AT, false);
  if (judged.kind !== 'queue') throw new Error('it is due');
  const event: RunEventOf<'RunQueued'> = judged.event;
  const parents = createParentValues(db, jobs as StateStore['jobs']);
  const once = await parents.fill(row, event);
  return { filled: once, asked, again: () => parents.fill(row, event) };
}

it('an input that fits its job once it is filled is handed on, without a question to the database', async () => {
  const { filled: one, asked } = await filled({ result: { n: 3 }, schemas: { 2: schema('integer') } });
  expect(one).toMatchObject({ ok: true, event: { run: { input: { n: 3 } } } });
  expect(asked).toEqual([]);
});

it('an input that does not fit its job once it is filled is refused, with the path of what is wrong', async () => {
  const { filled: one } = await filled({ result: { n: 'three' }, schemas: { 2: schema('integer') } });
  expect(one).toEqual({
    ok: false,
    error: {
      code: 'INVALID_INPUT',
      message: "The input, once its templates were filled, does not match the job's schema: input.n must be integer",
    },
  });
});

it('an input is held to the schema of the revision that its run was made of', async () => {
  const schemas = { 2: schema('integer'), 3: schema('string') };
  expect((await filled({ result: { n: 3 }, schemas })).filled.ok).toBe(true);
  expect((await filled({ result: { n: 'three' }, schemas })).filled.ok).toBe(false);
  expect((await filled({ result: { n: 'three' }, schemas: { 2: schema('integer') }, deleted: true })).filled.ok).toBe(
    false,
  );
  const { filled: unknown, asked } = await filled({ result: { n: 'three' }, schemas: { 3: schema('integer') } });
  expect(unknown.ok).toBe(true);
  expect(asked).toEqual([['mail.send', 2]]);
});

it('the schema of an earlier revision is asked for once', async () => {
  const schemas = { 2: schema('integer'), 3: schema('string') };
  const { filled: one, asked, again } = await filled({ result: { n: 'three' }, schemas });
  expect(await again()).toEqual(one);
  expect(asked).toEqual([['mail.send', 2]]);
});

it('an input of a job without a schema, and one without templates, is left as it is', async () => {
  expect((await filled({ result: { n: 'three' }, schemas: { 2: undefined } })).filled.ok).toBe(true);
  expect((await filled({ result: { n: 'three' }, schemas: { 2: undefined, 3: schema('integer') } })).filled.ok).toBe(
    true,
  );
  const plain = { result: 1, schemas: { 2: schema('integer') }, template: null };
  expect((await filled(plain)).filled.ok).toBe(true);
});

it('what is said of a wrong input stays short, and repeats none of it', async () => {
  const long = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`${'k'.repeat(2_000)}${n}`, 'secret']));
  const closed = { type: 'object', properties: {}, additionalProperties: false };
  const { filled: one } = await filled({ result: long, template: '{{parents.a.result}}', schemas: { 2: closed } });
  const message = one.ok ? '' : one.error.message;
  expect(message).toMatch(/; and more$/);
  expect(message.length).toBeLessThan(2_000);
  expect(message).not.toContain('secret');
});
