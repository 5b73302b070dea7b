import { queueConsumer, RUNS_STREAM } from '@jobflow/contracts';
import { type Program, startProgram } from '../program/start-program.js';
import type { Contender } from './contender.js';
import { logContender } from './log-contender.js';

export interface EnginePair extends AsyncDisposable {
  producer: Program;
  executor: Program;
}

/** The log, one executor process and one producer process: nothing else of the platform. */
export async function startEngine(nats: string, concurrency: number, execArgv: string[] = []): Promise<EnginePair> {
  const producer = await startProgram('jobflow-producer', { nats });
  const executor = await startProgram('jobflow-executor', { nats, concurrency }, execArgv);
  return {
    producer,
    executor,
    async [Symbol.asyncDispose]() {
      await executor[Symbol.asyncDispose]();
      await producer[Symbol.asyncDispose]();
    },
  };
}

/** Units of 1,000, two at a time. */
export async function jobflowEngine(name: string, nats: string, concurrency: number): Promise<Contender> {
  const { producer, executor } = await startEngine(nats, concurrency);
  const consumer = queueConsumer('default', 5).name;
  return logContender(name, { nats, producer, worker: executor, stream: RUNS_STREAM, consumer });
}
