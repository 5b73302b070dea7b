import { setTimeout as wait } from 'node:timers/promises';
import { queueConsumer, RUNS_STREAM } from '@jobflow/contracts';
import { connectNats } from '@jobflow/platform';
import { pino } from 'pino';
import { type Program, startProgram } from '../program/start-program.js';
import { type Contender, perSecondSince } from './contender.js';

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

/** Units of 1,000, two at a time; finished when every outcome is stored and the server knows every message as done. */
export async function jobflowEngine(name: string, nats: string, concurrency: number): Promise<Contender> {
  const pair = await startEngine(nats, concurrency);
  const link = await connectNats(nats, { name: 'bench', logger: pino({ level: 'warn' }) });
  const consumer = queueConsumer('default', 5).name;
  const allDone = async (lastSeq: number) => {
    const { num_pending, num_ack_pending, delivered } = await link.jsm.consumers.info(RUNS_STREAM, consumer);
    return num_pending === 0 && num_ack_pending === 0 && delivered.stream_seq >= lastSeq;
  };
  return {
    name,
    async round(count) {
      const finished = pair.executor.call('finish', count);
      const started = performance.now();
      const lastSeq = await pair.producer.call<number>('produce', count);
      await finished;
      while (!(await allDone(lastSeq))) await wait(5);
      return perSecondSince(started, count);
    },
    async [Symbol.asyncDispose]() {
      await link.stop();
      await pair[Symbol.asyncDispose]();
    },
  };
}
