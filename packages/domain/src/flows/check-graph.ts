import { FlowNodeKey, limits } from '@jobflow/contracts';

/** A node as a caller names it. */
export interface NamedNode {
  key: string;
  dependsOn?: readonly string[] | undefined;
}
/** `dependsOn`: for each node the places of those it depends on, each once. `fields` names what is wrong, by path. */
export type CheckedGraph = { ok: true; dependsOn: number[][] } | { ok: false; fields: Record<string, string> };

/** Problems that are told at once. */
const SHOWN = 100;
/** Keys of a cycle that are named. */
const NAMED = 20;

/** Whether these nodes are a graph that can be carried out: keys are unique, all that is named is there, and nothing waits for itself. */
export function checkGraph(nodes: readonly NamedNode[]): CheckedGraph {
  const fields: Record<string, string> = {};
  if (nodes.length < 1 || nodes.length > limits.flowNodes)
    return { ok: false, fields: { nodes: `must have 1 to ${limits.flowNodes} items` } };
  const places = placesOf(nodes, fields);
  const dependsOn = nodes.map((node, n) => parentsOf(node, n, places, fields));
  const edges = dependsOn.reduce((sum, parents) => sum + parents.length, 0);
  if (edges > limits.flowEdges)
    fields.nodes = `have ${edges} dependencies together; at most ${limits.flowEdges} are allowed: let a node without work stand between many and many`;
  if (Object.keys(fields).length > 0)
    return { ok: false, fields: Object.fromEntries(Object.entries(fields).slice(0, SHOWN)) };
  const cycle = findCycle(dependsOn);
  if (!cycle) return { ok: true, dependsOn };
  return {
    ok: false,
    fields: { [`nodes.${cycle[0]}.dependsOn`]: cycleInWords(cycle.map((n) => nodes[n]?.key ?? '')) },
  };
}

function placesOf(nodes: readonly NamedNode[], fields: Record<string, string>): Map<string, number> {
  const places = new Map<string, number>();
  for (const [n, { key }] of nodes.entries()) {
    const wrong = FlowNodeKey.safeParse(key).error?.issues[0]?.message;
    const first = places.get(key);
    if (wrong !== undefined) fields[`nodes.${n}.key`] = wrong;
    else if (first !== undefined) fields[`nodes.${n}.key`] = `is the key of nodes.${first} as well`;
    else places.set(key, n);
  }
  return places;
}

function parentsOf(
  { dependsOn = [] }: NamedNode,
  n: number,
  places: ReadonlyMap<string, number>,
  fields: Record<string, string>,
): number[] {
  const parents = new Set<number>();
  for (const [at, key] of dependsOn.entries()) {
    const place = places.get(key);
    if (place === undefined)
      fields[`nodes.${n}.dependsOn.${at}`] = `there is no node ${JSON.stringify(key.slice(0, 64))} in this flow`;
    else parents.add(place);
  }
  return [...parents];
}

/** The places of a cycle, each depending on the next and the last on the first; undefined if there is none. */
function findCycle(dependsOn: readonly (readonly number[])[]): number[] | undefined {
  const done = new Set<number>();
  for (const start of dependsOn.keys()) {
    const path: number[] = [];
    const onPath = new Set<number>();
    const open = [{ node: start, next: 0 }];
    for (let step = open.at(-1); step; step = open.at(-1)) {
      const { node } = step;
      if (step.next === 0 && !done.has(node)) {
        path.push(node);
        onPath.add(node);
      }
      const parent = done.has(node) ? undefined : dependsOn[node]?.[step.next];
      step.next++;
      if (parent !== undefined) {
        if (onPath.has(parent)) return path.slice(path.indexOf(parent));
        open.push({ node: parent, next: 0 });
        continue;
      }
      open.pop();
      if (done.has(node)) continue;
      done.add(node);
      path.pop();
      onPath.delete(node);
    }
  }
  return undefined;
}

function cycleInWords(keys: readonly string[]): string {
  const named = keys.length > NAMED ? [...keys.slice(0, NAMED), '…'] : keys;
  return `is part of a cycle, in which each waits for the next: ${[...named, keys[0]].join(' → ')}`;
}
