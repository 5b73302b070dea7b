import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AckInbox, createAckInbox } from './ack-inbox.js';
import type { NatsLink } from './nats-link.js';

let inbox: AckInbox | undefined;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  inbox?.stop();
  vi.useRealTimers();
});

/** An inbox of a link on which a test answers. */
function makeInbox() {
  const subscribed: string[] = [];
  let hear: (subject: string, data: string) => void = () => undefined;
  let lose: () => void = () => undefined;
  const link = {
    inboxPrefix: '_INBOX.w1',
    onDisconnected(fn: () => void) {
      lose = fn;
      return () => undefined;
    },
    nc: {
      isClosed: () => false,
      subscribe(subject: string, { callback }: { callback: (error: unknown, message: object) => void }) {
        subscribed.push(subject);
        hear = (to, text) => callback(null, { subject: to, data: Buffer.from(text), string: () => text });
        return { isClosed: () => false, unsubscribe: () => undefined };
      },
    },
  } as unknown as NatsLink;
  inbox = createAckInbox(link);
  return { own: inbox, subscribed, hear: (to: string, text: string) => hear(to, text), lose: () => lose() };
}

describe('the answers of the log', () => {
  it('come to one subscription of its own, each to who expects it', async () => {
    const { own, subscribed, hear } = makeInbox();
    const [first, second] = [own.expect(1_000), own.expect(1_000)];
    expect(subscribed).toHaveLength(1);
    const prefix = subscribed[0]?.replace(/\*$/, '') ?? '';
    expect(prefix.startsWith('_INBOX.w1.')).toBe(true);
    expect([first, second].every(({ reply }) => reply.startsWith(prefix) && !reply.includes('*'))).toBe(true);
    hear(second.reply, '{"stream":"S","seq":8}');
    hear(first.reply, '{"stream":"S","seq":7,"duplicate":true}');
    hear(first.reply, '{"stream":"S","seq":9}');
    expect(await second.answer).toEqual({ kind: 'stored', seq: 8, duplicate: false });
    expect(await first.answer).toEqual({ kind: 'stored', seq: 7, duplicate: true });
    expect(subscribed).toHaveLength(1);
  });

  it('that do not come in time are lost, and so is what the connection took with it', async () => {
    const { own, lose } = makeInbox();
    const { answer } = own.expect(500);
    let over = false;
    void answer.then(() => {
      over = true;
    });
    await vi.advanceTimersByTimeAsync(400);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(300);
    expect(await answer).toMatchObject({ kind: 'lost' });
    const cut = own.expect(60_000);
    lose();
    expect(await cut.answer).toMatchObject({ kind: 'lost', why: expect.stringContaining('connection') });
  });

  it('say what was refused, and count as lost when nobody understands them', async () => {
    const { own, hear } = makeInbox();
    const answered = (text: string) => {
      const { reply, answer } = own.expect(1_000);
      hear(reply, text);
      return answer;
    };
    expect(await answered('{"error":{"code":400,"err_code":10071,"description":"wrong last sequence"}}')).toEqual({
      ...{ kind: 'refused', code: 10071, status: 400, text: 'wrong last sequence' },
    });
    for (const text of ['', 'no JSON', '{}']) expect(await answered(text)).toMatchObject({ kind: 'lost' });
  });
});
