import type { Bench, BenchContext } from '../bench.js';
import { type BenchPlatform, startBenchPlatform } from '../contenders/bench-platform.js';
import { type Program, startProgram } from '../program/start-program.js';
import type { ClosedLoop } from '../programs/gateway-client.js';
import { median, perSecond } from '../report/figures.js';

const CONNECTIONS = 100;
const WARM_UP_SECONDS = 2;

/** Is authenticated, parsed, validated and answered like any other, and does nothing. */
const EMPTY = { query: 'mutation { __typename }' };
const ENQUEUE = {
  query: 'mutation ($input: EnqueueInput!) { enqueue(input: $input) { run { id } } }',
  variables: { input: { job: 'noop', input: { n: 1 } } },
};

export const enqueue: Bench = {
  about: 'one enqueue mutation at a time on 100 connections, against a mutation that does nothing (5 s each)',
  async run(context) {
    await using servers = await startBenchPlatform(context.dir);
    await using client = await startProgram('gateway-client', servers.access);
    const together = await measure('everything running', client, context);
    await leaveGatewayAlone(servers);
    const alone = await measure('gateway alone', client, context);
    return [
      {
        title: `One enqueue mutation against an empty one, ${CONNECTIONS} connections (median of ${context.rounds} rounds)`,
        columns: ['', 'empty', 'enqueue', 'ratio'],
        rows: [alone, together],
        notes: [
          'fsync on every acknowledged write. `gateway alone`: only the backing services besides it, so that nobody carries out or projects the runs on the same cores. The aim is a ratio of 0.6.',
        ],
      },
    ];
  },
};

async function leaveGatewayAlone({ platform }: BenchPlatform): Promise<void> {
  const others = platform.services.filter(({ name }) => name !== 'gateway');
  await Promise.all(others.map((service) => service.stop()));
}

async function measure(
  name: string,
  client: Program,
  { rounds, seconds = 5, say }: BenchContext,
): Promise<readonly string[]> {
  await client.call('signIn');
  const rateOf = (mutation: { query: string; variables?: object }, lasting: number) => {
    const load: ClosedLoop = { ...mutation, connections: CONNECTIONS, seconds: lasting };
    return client.call<number>('closedLoop', load);
  };
  for (const mutation of [EMPTY, ENQUEUE]) await rateOf(mutation, WARM_UP_SECONDS);
  const rates: { empty: number; one: number }[] = [];
  for (let round = 1; round <= rounds; round++) {
    const empty = await rateOf(EMPTY, seconds);
    const one = await rateOf(ENQUEUE, seconds);
    rates.push({ empty, one });
    const ratio = (one / empty).toFixed(2);
    say(`${name}, round ${round}: empty ${perSecond(empty)}, enqueue ${perSecond(one)}, ratio ${ratio}`);
  }
  const figures = [perSecond(median(rates.map((r) => r.empty))), perSecond(median(rates.map((r) => r.one)))];
  return [name, ...figures, median(rates.map((r) => r.one / r.empty)).toFixed(2)];
}
