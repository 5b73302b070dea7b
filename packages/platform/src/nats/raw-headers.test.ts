import { MsgHdrsImpl } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { rawHeaders } from './raw-headers.js';

const bytesOf = (pairs: [string, string][]) => (rawHeaders(pairs) as unknown as { encode(): Uint8Array }).encode();

it('raw headers read as the client reads them', () => {
  const read = MsgHdrsImpl.decode(
    bytesOf([
      ['Nats-Msg-Id', 'a:0'],
      ['Nats-Batch-Sequence', '7'],
    ]),
  );
  expect(read.get('Nats-Msg-Id')).toBe('a:0');
  expect(read.get('Nats-Batch-Sequence')).toBe('7');
});

it('a value that would forge another header is refused', () => {
  for (const bad of ['a\r\nNats-Batch-Commit: 1', 'a\n', '', 'ü']) {
    expect(() => rawHeaders([['Nats-Msg-Id', bad]])).toThrow(TypeError);
  }
});
