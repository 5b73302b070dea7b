/**
 * The least that any engine on this log can do: messages of the same size, stored in the same atomic batches, pulled,
 * told of as finished, acknowledged. Nothing is read, checked, limited or fenced. Two processes run this.
 */
import { connectNats, type NatsLink, newId } from '@jobflow/platform';
import { pino } from 'pino';
import { answerCalls } from '../program/answer-calls.js';
import { Countdown } from '../program/countdown.js';
import { inLots } from '../program/in-lots.js';

export interface LogAloneConfig {
  nats: string;
  role: 'producer' | 'worker';
  stream: string;
  consumer: string;
}

const QUEUED = 'bench.log-alone.queued';
const ENDED = 'bench.log-alone.ended';
const LOT = 1_000;
/** What one RunQueued of the engine's benchmark takes. */
const MESSAGE_BYTES = 336;
const MOST_PULLED = 1_000;

answerCalls(async (config: LogAloneConfig) => {
  const link = await connectNats(config.nats, { name: 'bench-log-alone', logger: pino({ level: 'warn' }) });
  return config.role === 'producer' ? producer(link, config) : worker(link, config);
});

async function producer(link: NatsLink, { stream, consumer }: LogAloneConfig) {
  await link.jsm.streams.add({ name: stream, subjects: ['bench.log-alone.>'], allow_atomic: true });
  await link.jsm.consumers.add(stream, {
    durable_name: consumer,
    ack_policy: 'explicit',
    filter_subject: QUEUED,
    max_ack_pending: 50_000,
  });
  const message = () => newId().padEnd(MESSAGE_BYTES, '.');
  return {
    /** Resolves with the sequence of the last of them. */
    async produce(count: number): Promise<number> {
      let last = 0;
      await inLots(count, LOT, async (_, size) => {
        const batch = await link.js.startBatch(QUEUED, message());
        for (let n = 2; n < size; n++) batch.add(QUEUED, message());
        const { seq } = await batch.commit(QUEUED, message());
        last = Math.max(last, seq);
      });
      return last;
    },
    close: () => link.stop(),
  };
}

async function worker(link: NatsLink, { stream, consumer }: LogAloneConfig) {
  const countdown = new Countdown();
  const pulled = await link.js.consumers.get(stream, consumer);
  const messages = await pulled.consume({ max_messages: MOST_PULLED });
  let ended: { id: string; ack(): void }[] = [];
  let recording = false;
  const record = async () => {
    recording = true;
    while (ended.length > 0) {
      const group = ended;
      ended = [];
      await link.js.publish(ENDED, JSON.stringify(group.map(({ id }) => ({ id, at: Date.now() }))));
      for (const one of group) one.ack();
      countdown.count(group.length);
    }
    recording = false;
  };
  void (async () => {
    for await (const message of messages) {
      ended.push({ id: message.string().slice(0, 36), ack: () => message.ack() });
      if (!recording) void record();
    }
  })();
  return {
    finish: (count: number) => countdown.next(count),
    async close() {
      await messages.close();
      await link.stop();
    },
  };
}
