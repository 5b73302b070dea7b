import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGraph, type NamedNode } from './check-graph.js';
import { flowRunIds } from './flow-run-ids.js';

const node = (key: string, ...dependsOn: string[]): NamedNode => ({ key, dependsOn });
const fieldsOf = (...nodes: NamedNode[]) => {
  const checked = checkGraph(nodes);
  return checked.ok ? undefined : checked.fields;
};

describe('the graph of a flow', () => {
  it('is taken as places, each dependency once', () => {
    expect(checkGraph([node('c', 'a', 'b', 'a'), node('a'), node('b', 'a')])).toEqual({
      ok: true,
      dependsOn: [[1, 2], [], [1]],
    });
  });

  it.each([
    ['itself', [node('a', 'a')], 'nodes.0.dependsOn', 'a → a'],
    ['two', [node('a', 'b'), node('b', 'a')], 'nodes.0.dependsOn', 'a → b → a'],
    [
      'three, below one that is in none',
      [node('x'), node('a', 'x', 'c'), node('b', 'a'), node('c', 'b')],
      'nodes.1.dependsOn',
      'a → c → b → a',
    ],
  ])('is refused with the cycle named: of %s', (_, nodes, path, cycle) => {
    expect(fieldsOf(...nodes)).toEqual({ [path]: `is part of a cycle, in which each waits for the next: ${cycle}` });
  });

  it('is refused with each unknown, repeated or malformed key at its path', () => {
    expect(fieldsOf(node('a', 'b', 'gone'), node('b'), node('a'), node('x y'), node('__proto__'))).toEqual({
      'nodes.0.dependsOn.1': 'there is no node "gone" in this flow',
      'nodes.2.key': 'is the key of nodes.0 as well',
      'nodes.3.key': expect.stringContaining('letters, digits'),
      'nodes.4.key': expect.stringContaining('letters, digits'),
    });
  });

  it('has 1 to 1,000 nodes and at most 10,000 dependencies', () => {
    expect(fieldsOf()).toEqual({ nodes: 'must have 1 to 1000 items' });
    const many = (count: number) => Array.from({ length: count }, (_, n) => node(`n${n}`));
    expect(fieldsOf(...many(1000))).toBeUndefined();
    expect(fieldsOf(...many(1001))).toEqual({ nodes: 'must have 1 to 1000 items' });
    const bipartite = (left: number, right: number) => {
      const keys = Array.from({ length: left }, (_, n) => `l${n}`);
      return [...keys.map((key) => node(key)), ...Array.from({ length: right }, (_, n) => node(`r${n}`, ...keys))];
    };
    expect(fieldsOf(...bipartite(100, 100))).toBeUndefined();
    expect(fieldsOf(...bipartite(100, 101))).toEqual({ nodes: expect.stringContaining('at most 10000') });
  });

  it('is taken exactly if it can be put in an order, whatever it looks like', () => {
    const edges = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 30 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const nodes = Array.from({ length: 12 }, (_, n) =>
          node(`n${n}`, ...pairs.filter(([from]) => from === n).map(([, to]) => `n${to}`)),
        );
        expect(checkGraph(nodes).ok).toBe(canBeOrdered(nodes));
      }),
      { numRuns: 500 },
    );
  });

  it('of a chain of 1,000 does not exhaust the stack', () => {
    const chain = Array.from({ length: 1000 }, (_, n) => node(`n${n}`, ...(n < 999 ? [`n${n + 1}`] : [])));
    expect(checkGraph(chain).ok).toBe(true);
    expect(fieldsOf(...chain.slice(0, 999), node('n999', 'n0'))?.['nodes.0.dependsOn']).toMatch(/… → n0$/);
  });
});

/** Takes away what depends on nothing that is left, until nothing is. */
function canBeOrdered(nodes: readonly NamedNode[]): boolean {
  const left = new Map(nodes.map(({ key, dependsOn }) => [key, dependsOn ?? []]));
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [key, dependsOn] of left) if (!dependsOn.some((one) => left.has(one))) left.delete(key);
  }
  return left.size === 0;
}

describe('the run ids of a flow', () => {
  const flow = '01936c2e-7a10-7c7b-9a51-0d6c2f0f9c01';

  it('are UUIDv7s of its instant, in the order of its nodes, and the same whenever they are made', () => {
    const ids = flowRunIds(flow, 1000);
    expect(new Set(ids).size).toBe(1000);
    expect(ids.every((id) => /^01936c2e-7a10-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(true);
    expect(ids).toEqual([...ids].sort());
    expect(flowRunIds(flow.toUpperCase(), 3)).toEqual(ids.slice(0, 3));
  });

  it('are of no other flow', () => {
    const other = flowRunIds('01936c2e-7a10-7c7b-9a51-0d6c2f0f9c02', 1000);
    expect(new Set([...flowRunIds(flow, 1000), ...other]).size).toBe(2000);
  });
});
