import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMIT_VERSION, type CommitFamily, parseCommit } from './commit.js';
import { DeliveryEvent } from './delivery-events.js';
import { RunEvent } from './run-events.js';
import { StateEvent } from './state-events.js';
import { upcast } from './upcast.js';

const fixtures = new URL('../fixtures/', import.meta.url);
const families: CommitFamily[] = ['run', 'state', 'log', 'delivery'];
const versions = readdirSync(fixtures).filter((name) => /^v\d+$/.test(name));

const fixture = (version: string, family: string) =>
  readFileSync(new URL(`${version}/${family}.json`, fixtures), 'utf8');

describe('stored commits', () => {
  it('keep a golden fixture for every version there ever was', () => {
    expect(versions.sort()).toEqual(Array.from({ length: COMMIT_VERSION }, (_, n) => `v${n + 1}`));
  });

  it.each(versions.flatMap((v) => families.map((f) => [v, f] as const)))(
    'of %s, family %s, can be read',
    (v, family) => {
      const parsed = parseCommit(family, fixture(v, family));
      expect(parsed).toMatchObject({ ok: true, commit: { v: COMMIT_VERSION } });
      if (v === `v${COMMIT_VERSION}` && parsed.ok) expect(parsed.commit).toEqual(JSON.parse(fixture(v, family)));
    },
  );

  it.each([
    ['run', RunEvent],
    ['state', StateEvent],
    ['delivery', DeliveryEvent],
  ] as const)('of family %s have an example of every event type in the current fixture', (family, union) => {
    const types = union.options.map((option) => option.shape.type.value);
    const shown = JSON.parse(fixture(`v${COMMIT_VERSION}`, family)).events.map((e: { type: string }) => e.type);
    expect([...new Set(shown)].sort()).toEqual([...types].sort());
  });

  it.each([
    ['nonsense', 'not JSON'],
    ['[]', 'not an object'],
    ['{}', 'v: no version'],
    [`{"v":${COMMIT_VERSION + 1}}`, 'newer Jobflow'],
    ['{"v":0}', 'no way up'],
    [`{"v":${COMMIT_VERSION},"id":"x","at":1,"by":{"actor":"a"},"events":[]}`, 'events'],
  ])('that cannot be read are refused with a reason: %s', (data, reason) => {
    const parsed = parseCommit('run', data);
    expect(parsed).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe('upcasting', () => {
  const steps = {
    1: (raw: object) => ({ ...raw, v: 2, two: true }),
    2: (raw: object) => ({ ...raw, v: 3, three: true }),
  };

  it('climbs one version at a time', () => {
    expect(upcast('run', { v: 1 }, steps, 3)).toEqual({ ok: true, raw: { v: 3, two: true, three: true } });
  });

  it('refuses a step that does not reach the next version', () => {
    expect(upcast('run', { v: 1 }, { 1: (raw) => raw }, 2)).toMatchObject({ ok: false });
  });
});
