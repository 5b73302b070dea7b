import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JobKind, QueueName } from './names.js';
import { decodePosition, encodePosition, hasPassed, mergePositions } from './position.js';
import { branchToken } from './queue-branches.js';
import { queueConsumer, streams } from './streams.js';
import { base32, claimSubject, fnv1a, queuedSubject, SHARDS, shardOf, stateSubject } from './subjects.js';

const token = /^[a-z0-9_-]+$/;
const queue = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);

describe('subjects', () => {
  it('hash with FNV-1a as published', () => {
    expect(fnv1a('')).toBe(0x811c9dc5);
    expect(fnv1a('a')).toBe(0xe40c292c);
    expect(fnv1a('foobar')).toBe(0xbf9cf968);
  });

  it('encode names as RFC 4648 base32', () => {
    const vectors = { f: 'my', fo: 'mzxq', foo: 'mzxw6', foob: 'mzxw6yq', fooba: 'mzxw6ytb', foobar: 'mzxw6ytboi' };
    for (const [plain, coded] of Object.entries(vectors)) expect(base32(plain)).toBe(coded);
  });

  it('of any queue and any name have no wildcard, no dot and no empty token', () => {
    fc.assert(
      fc.property(
        queue,
        fc.integer({ min: 1, max: 10 }),
        fc.string({ minLength: 1, maxLength: 100 }),
        (name, priority, any) => {
          const subjects = [queuedSubject(name, priority), claimSubject(name, 'id'), stateSubject('job', any)];
          for (const subject of subjects) for (const part of subject.split('.')) expect(part).toMatch(token);
          expect(shardOf(name)).toBeLessThan(SHARDS);
        },
      ),
    );
  });

  it('of branches are of one token more, and no two consumers of any queues have one name', () => {
    const priority = fc.integer({ min: 1, max: 10 });
    const job = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
    const branch = fc.option(
      fc.oneof(
        fc.constantFrom(...JobKind.options).map((kind) => branchToken({ kind, job: 'x' })),
        job.map((name) => branchToken({ kind: 'HANDLER', job: name })),
      ),
      { nil: undefined },
    );
    // Queues whose names look like the consumers of others.
    const tricky = fc
      .tuple(queue, priority, branch)
      .map(([name, of, b]) => queueConsumer(name, of, b).name.slice(2, 65));
    const level = fc.tuple(fc.oneof(queue, fc.constantFrom('a', 'a_5', 'a_5_http'), tricky), priority, branch);
    fc.assert(
      fc.property(level, level, (one, other) => {
        const [a, b] = [queueConsumer(...one), queueConsumer(...other)];
        expect(a.filterSubject.split('.')).toHaveLength(one[2] === undefined ? 6 : 7);
        for (const part of a.filterSubject.split('.')) expect(part).toMatch(token);
        expect(a.name.length).toBeLessThanOrEqual(255);
        expect(a.name === b.name).toBe(a.filterSubject === b.filterSubject);
      }),
      { numRuns: 5_000 },
    );
  });

  it('differ for names that differ', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        fc.pre(
          new TextDecoder().decode(new TextEncoder().encode(a)) !==
            new TextDecoder().decode(new TextEncoder().encode(b)),
        );
        expect(base32(a)).not.toBe(base32(b));
      }),
    );
  });

  it.each(['a.b', '*', '>', '', 'A', '-a', 'a~1', 'x'.repeat(64)])('refuse the queue name %j', (name) => {
    expect(QueueName.safeParse(name).success).toBe(false);
  });

  it('trees of streams do not overlap', () => {
    const roots = streams.flatMap((s) => s.subjects);
    expect(new Set(roots).size).toBe(roots.length);
    for (const root of roots) expect(root).toMatch(/^jf\.[a-z]+\.>$/);
  });
});

describe('positions', () => {
  const position = fc.record({ runs: fc.nat(), state: fc.nat() });

  it('survive the way to the client and back', () => {
    fc.assert(
      fc.property(position, (p) => {
        expect(decodePosition(encodePosition(p))).toEqual(p);
      }),
    );
  });

  it('that are none of ours are undefined, never an exception', () => {
    fc.assert(fc.property(fc.string(), (text) => void decodePosition(text)));
    expect(decodePosition('x'.repeat(1000))).toBeUndefined();
    expect(decodePosition(btoa('2:1:1'))).toBeUndefined();
  });

  it('merge to the least that has passed both', () => {
    fc.assert(
      fc.property(position, position, (a, b) => {
        const merged = mergePositions(a, b);
        expect(hasPassed(merged, a) && hasPassed(merged, b)).toBe(true);
        expect([a.runs, b.runs]).toContain(merged.runs);
      }),
    );
  });
});
