import { startProgram } from '../program/start-program.js';
import type { LogAloneConfig } from '../programs/log-alone.js';
import type { Contender } from './contender.js';
import { logContender } from './log-contender.js';

/** The same log and nothing around it: what no engine that keeps its runs there, stored so, can pass. */
export async function logAlone(name: string, nats: string): Promise<Contender> {
  const config = { nats, stream: 'BENCH_LOG_ALONE', consumer: 'worker' } satisfies Partial<LogAloneConfig>;
  const producer = await startProgram('log-alone', { ...config, role: 'producer' });
  const worker = await startProgram('log-alone', { ...config, role: 'worker' });
  return logContender(name, { producer, worker, ...config });
}
