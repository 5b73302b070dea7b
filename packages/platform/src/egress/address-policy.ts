import ipaddr from 'ipaddr.js';

/** Cloud metadata: never reachable, whatever is allowed. */
const METADATA = [
  '169.254.169.254',
  '168.63.129.16',
  '169.254.170.2',
  '100.100.100.200',
  'fd00:ec2::254',
  'fe80::a9fe:a9fe',
].map((text) => ipaddr.process(text).toNormalizedString());
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

export type AddressPolicy = (address: string) => boolean;

/**
 * Which addresses may be called: public unicast ones, and those an operator allows by range. Embedded IPv4 is judged as
 * what it is, so that `::ffff:127.0.0.1` is loopback.
 * @throws Error for a malformed range
 */
export function addressPolicy(allow: readonly string[]): AddressPolicy {
  const ranges = allow.map((range) => ipaddr.parseCIDR(range));
  return (text) => {
    const bare = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
    if (!ipaddr.isValid(bare)) return false;
    const address = ipaddr.process(bare);
    if (METADATA.includes(address.toNormalizedString())) return false;
    if (ranges.some(([net, bits]) => net.kind() === address.kind() && address.match(net as never, bits))) return true;
    if (address.range() !== 'unicast') return false;
    return address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(GLOBAL_V6);
  };
}
