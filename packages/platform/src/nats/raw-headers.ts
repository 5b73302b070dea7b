import type { MsgHdrs } from '@nats-io/transport-node';

/**
 * Headers for publishing only, without the client's canonicalisation of every name: it asks a header object for nothing
 * but its bytes. Names and values must be plain ASCII without line breaks, or the message could forge others.
 */
export function rawHeaders(pairs: readonly (readonly [name: string, value: string])[]): MsgHdrs {
  let text = 'NATS/1.0\r\n';
  for (const [name, value] of pairs) {
    if (!/^[\x21-\x7e][\x20-\x7e]*$/.test(value)) throw new TypeError(`The header ${name} must be printable ASCII.`);
    text += `${name}: ${value}\r\n`;
  }
  const bytes = Buffer.from(`${text}\r\n`, 'latin1');
  return { encode: () => bytes } as unknown as MsgHdrs;
}
