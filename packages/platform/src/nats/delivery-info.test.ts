import { expect, it } from 'vitest';
import { deliveryInfo } from './delivery-info.js';

it('the reply subject tells about the delivery, in both of its forms', () => {
  const told = { deliveryCount: 2, seq: 101, consumerSeq: 33, time: 1_700_000_000_123, pending: 7 };
  expect(deliveryInfo('$JS.ACK.S.C.2.101.33.1700000000123456789.7')).toEqual(told);
  expect(deliveryInfo('$JS.ACK.hub.ACCHASH.S.C.2.101.33.1700000000123456789.7')).toEqual(told);
  expect(deliveryInfo('$JS.ACK.hub.ACCHASH.S.C.2.101.33.1700000000123456789.7.random')).toEqual(told);
  for (const other of ['', '_INBOX.x', '$JS.ACK.S.C', '$JS.API.X.Y.1.2.3.4.5'])
    expect(deliveryInfo(other)).toBeUndefined();
});
