import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backfilledFire, type FireRow, noteFire, tickedFire } from './fires.js';

const tick = (outcome: 'fired' | 'skipped', runId?: string): FireRow =>
  tickedFire({ type: 'ScheduleTicked', scheduleId: 's', tick: 1, outcome, ...(runId && { runId }) });
const filled = (id: string) => backfilledFire({ id, scheduleId: 's', fireAt: 1, operationId: 'o' });

it('a tick that was skipped has run once a backfill made its run; one that ran, ran', () => {
  const fires = new Map<string, FireRow>();
  noteFire(fires, tick('skipped'));
  noteFire(fires, filled('r1'));
  noteFire(fires, filled('r2'));
  noteFire(fires, tick('skipped'));
  expect([...fires.values()]).toMatchObject([{ outcome: 'fired', run_id: 'r1' }]);
});

it('a run that no backfill made, or that is for no tick, is no fire', () => {
  const fires = new Map<string, FireRow>();
  noteFire(fires, backfilledFire({ id: 'r', scheduleId: 's', fireAt: 1 }));
  noteFire(fires, backfilledFire({ id: 'r', operationId: 'o' }));
  expect(fires.size).toBe(0);
});

it('two ends in the same millisecond are two fires', () => {
  const fires = new Map<string, FireRow>();
  for (const runId of ['a', 'b'])
    noteFire(
      fires,
      tickedFire({ type: 'ScheduleTicked', scheduleId: 's', tick: 1, outcome: 'fired', after: { runId, seq: 1 } }),
    );
  expect(fires.size).toBe(2);
});

it('the same ticks come to the same, however they are cut into batches', () => {
  const one = fc.oneof(
    fc.constantFrom('fired' as const, 'skipped' as const).map((outcome) => tick(outcome, 'own')),
    fc.constantFrom('r1', 'r2').map((id) => filled(id) as FireRow),
  );
  fc.assert(
    fc.property(fc.array(one, { maxLength: 8 }), fc.nat(8), (all, cut) => {
      const whole = new Map<string, FireRow>();
      for (const fire of all) noteFire(whole, fire);
      // What the second batch comes to by itself meets what the first has left in the table, by the same rule.
      const table = new Map<string, FireRow>();
      for (const batch of [all.slice(0, cut), all.slice(cut)]) {
        const fires = new Map<string, FireRow>();
        for (const fire of batch) noteFire(fires, fire);
        for (const fire of fires.values()) noteFire(table, fire);
      }
      expect([...table.values()]).toEqual([...whole.values()]);
    }),
  );
});
