import { readFile } from 'node:fs/promises';
import { ticksBetween } from '@jobflow/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJob, type DomainHouse, openDomainHouse } from './domain-house.js';

const guide = await readFile(new URL('../../../docs/schedules.md', import.meta.url), 'utf8');
const HOUR = 3_600_000;

let home: DomainHouse;
beforeAll(async () => {
  home = await openDomainHouse();
  for (const name of ['report', 'load']) await createJob(home.api, { name });
});
afterAll(() => home?.[Symbol.asyncDispose]());

describe('the guide to schedules', () => {
  it('has examples that work in the order in which they stand, and answer what it says', async () => {
    const examples = [...guide.matchAll(/```graphql\n(.*?)```/gs)].map(([, text = '']) => text);
    expect(examples.length).toBeGreaterThan(8);
    const now = Math.floor(Date.now() / HOUR) * HOUR;
    const known: Record<string, unknown> = { from: new Date(now - 72 * HOUR), to: new Date(now) };
    for (const example of examples) {
      const names = [...example.matchAll(/\$(\w+):/g)].map(([, name = '']) => name);
      const answer = await home.api.must(example, Object.fromEntries(names.map((name) => [name, known[name]])));
      known.id ??= answer.createSchedule?.id;
      for (const [, told] of example.matchAll(/# (.*)/g)) expect(JSON.stringify(answer)).toContain(told);
    }
  });

  it('tells rightly what fires when clocks change in Berlin', () => {
    const hour = { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const;
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', ...hour });
    const [, table = ''] = /\| 29 March +\| 25 October.*?\n(.*?)\n\n/s.exec(guide) ?? [];
    const rows = table.split('\n').slice(1);
    expect(rows.length).toBeGreaterThan(3);
    for (const row of rows) {
      const [, cron = '', ...told] = row.split('|').map((cell) => cell.replaceAll('`', '').trim());
      // From 01:00 CET, and from 01:00 CEST, up to before 04:00.
      const spans = [
        ['2026-03-29T00:00:00Z', '2026-03-29T02:00:00Z'],
        ['2026-10-24T23:00:00Z', '2026-10-25T03:00:00Z'],
      ] as const;
      for (const [n, [from, to]] of spans.entries()) {
        const timing = { kind: 'CRON', cron, timezone: 'Europe/Berlin', createdAt: 0 } as const;
        const { ticks } = ticksBetween(timing, Date.parse(from) - 1, Date.parse(to) - 1, 100);
        expect(ticks.map(({ at }) => clock.format(at)).join(', '), `${cron} from ${from}`).toBe(told[n]);
      }
    }
  });
});
