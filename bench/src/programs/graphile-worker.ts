/** A producer or a worker of Graphile Worker: two processes run this. Tasks do nothing. */
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { answerCalls } from '../program/answer-calls.js';
import { inLots } from '../program/in-lots.js';

export interface PostgresPeerConfig {
  database: string;
  role: 'producer' | 'worker';
  concurrency: number;
}

const LOT = 1_000;
const logger = new Logger(() => () => undefined);

answerCalls(async ({ database, role, concurrency }: PostgresPeerConfig) => {
  if (role === 'producer') {
    const utils = await makeWorkerUtils({ connectionString: database, logger });
    await utils.migrate();
    return {
      produce: (count: number) =>
        inLots(count, LOT, (first, size) =>
          utils.addJobs(Array.from({ length: size }, (_, n) => ({ identifier: 'noop', payload: { n: first + n } }))),
        ),
      close: () => utils.release(),
    };
  }
  // Jobs are fetched and completed in batches, as its documentation advises for many short ones.
  const runner = await run({
    connectionString: database,
    logger,
    noHandleSignals: true,
    taskList: { noop: async () => undefined },
    preset: {
      worker: { concurrentJobs: concurrency, localQueue: { size: 5 * concurrency }, completeJobBatchDelay: 0 },
    },
  });
  return { close: () => runner.stop() };
});
