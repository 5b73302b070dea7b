import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@jobflow/sdk/client';
import type { Bench, BenchContext } from '../bench.js';
import { type BenchPlatform, startBenchPlatform } from '../contenders/bench-platform.js';
import { median, whole } from '../report/figures.js';

const NODES = 1_000;
const LAYERS = 10;

interface Node {
  key: string;
  job: string;
  dependsOn: string[];
}
const node = (n: number, dependsOn: readonly number[]): Node => ({
  key: `n${n}`,
  job: 'noop',
  dependsOn: dependsOn.map((one) => `n${one}`),
});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Shapes of graphs, by what is hard about them. */
const SHAPES: Readonly<Record<string, (nodes: number) => Node[]>> = {
  /** One that all others wait for, and one that waits for all others. */
  wide: (nodes) => range(0, nodes).map((n) => node(n, n === 0 ? [] : n < nodes - 1 ? [0] : range(1, nodes - 1))),
  /** Ten layers; each node waits for three of the layer before. */
  layers: (nodes) => {
    const size = Math.ceil(nodes / LAYERS);
    return range(0, nodes).map((n) => {
      const before = Math.floor(n / size) * size - size;
      return node(n, before < 0 ? [] : [0, 7, 13].map((step) => before + ((n + step) % size)));
    });
  },
  /** One after the other. */
  chain: (nodes) => range(0, nodes).map((n) => node(n, n === 0 ? [] : [n - 1])),
};

export const flows: Bench = {
  about: `a flow of no-op runs (${whole(NODES)} nodes), wide, in layers and as a chain, from its mutation to its end`,
  async run(context) {
    await using servers = await startBenchPlatform(context.dir);
    const nodes = context.runs ?? NODES;
    const rows: string[][] = [];
    for (const [shape, make] of Object.entries(SHAPES)) rows.push(await measure(servers, shape, make(nodes), context));
    return [
      {
        title: `A flow of ${whole(nodes)} no-op runs (median of ${context.rounds} rounds)`,
        columns: ['shape', 'answered', 'first started', 'last released', 'ended', 'a step'],
        rows,
        notes: [
          'Milliseconds from the mutation. fsync on every acknowledged write, one executor with 50 slots. `last released`: when the last run was queued; `ended`: when its outcome was; both by the clocks of those who did it. `a step`: from the end of a run to the start of the one after it, median. The aim is 2 s.',
        ],
      },
    ];
  },
};

interface Times {
  answered: number;
  started: number;
  released: number;
  ended: number;
  step: number;
}

const TIMES = `select min(extract(epoch from started_at)) * 1000 as started, max(extract(epoch from queued_at)) * 1000 as released,
  max(extract(epoch from finished_at)) * 1000 as ended from read.runs where flow_id = $1`;
const STEP = `select percentile_cont(0.5) within group (order by step) as step from (
  select extract(epoch from r.started_at - (select max(p.finished_at) from read.runs p where p.id = any(n.depends_on))) * 1000 as step
  from read.flow_nodes n join read.runs r on r.id = n.run_id where n.flow_id = $1 and cardinality(n.depends_on) > 0) steps`;

async function measure(
  servers: BenchPlatform,
  shape: string,
  nodes: Node[],
  { rounds, say }: BenchContext,
): Promise<string[]> {
  const times: Times[] = [];
  using client = createClient({ url: servers.access.url, token: await tokenOf(servers) });
  for (let round = 0; round <= rounds; round++) {
    const taken = await once(servers, client, nodes);
    if (round === 0) continue; // warms up
    times.push(taken);
    say(`${shape}, round ${round}: ended after ${whole(taken.ended)} ms`);
  }
  const figure = (of: keyof Times) => whole(median(times.map((taken) => taken[of])));
  const step = median(times.map((taken) => taken.step)).toFixed(1);
  return [shape, figure('answered'), figure('started'), figure('released'), figure('ended'), step];
}

async function once({ db }: BenchPlatform, client: ReturnType<typeof createClient>, nodes: Node[]): Promise<Times> {
  const began = Date.now();
  const { flowId } = await client.enqueueFlow({ nodes });
  const answered = Date.now() - began;
  const status = async () =>
    (await db.query<{ status: string }>('select status from read.flows where id = $1', [flowId]))[0]?.status;
  for (let now = await status(); now !== 'SUCCEEDED'; now = await status()) {
    if (now !== undefined && now !== 'RUNNING') throw new Error(`the flow is ${now}`);
    await wait(20);
  }
  const [row] = await db.query<{ started: number; released: number; ended: number }>(TIMES, [flowId]);
  const [steps] = await db.query<{ step: number }>(STEP, [flowId]);
  const since = (at: number | undefined) => Number(at ?? began) - began;
  return {
    answered,
    started: since(row?.started),
    released: since(row?.released),
    ended: since(row?.ended),
    step: Number(steps?.step ?? 0),
  };
}

async function tokenOf({ access: { url, email, password } }: BenchPlatform): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query:
        'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
      variables: { email, password },
    }),
  });
  const { data } = (await response.json()) as { data: { login: { accessToken: string } } };
  return data.login.accessToken;
}
