import { setTimeout as wait } from 'node:timers/promises';
import { connectNats } from '@jobflow/platform';
import { pino } from 'pino';
import type { Program } from '../program/start-program.js';
import { type Contender, perSecondSince } from './contender.js';

export interface LogContender {
  nats: string;
  /** Its `produce` answers with the sequence of the last message. */
  producer: Program;
  worker: Program;
  stream: string;
  consumer: string;
}

/** Finished when the worker has recorded every outcome and the server knows every message as done. */
export async function logContender(name: string, pair: LogContender): Promise<Contender> {
  const { producer, worker, stream, consumer } = pair;
  const link = await connectNats(pair.nats, { name: 'bench', logger: pino({ level: 'warn' }) });
  const allDone = async (lastSeq: number) => {
    const { num_pending, num_ack_pending, delivered } = await link.jsm.consumers.info(stream, consumer);
    return num_pending === 0 && num_ack_pending === 0 && delivered.stream_seq >= lastSeq;
  };
  return {
    name,
    async round(count) {
      const finished = worker.call('finish', count);
      const started = performance.now();
      const lastSeq = await producer.call<number>('produce', count);
      await finished;
      while (!(await allDone(lastSeq))) await wait(5);
      return perSecondSince(started, count);
    },
    async [Symbol.asyncDispose]() {
      await link.stop();
      await worker[Symbol.asyncDispose]();
      await producer[Symbol.asyncDispose]();
    },
  };
}
