import { describe, expect, it } from 'vitest';
import { addressPolicy } from './address-policy.js';
import { checkUrl } from './check-url.js';

describe('addresses', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '168.63.129.16',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2001:db8::1',
    '::7f00:1',
    'fe80::1%eth0',
    '[::1]',
    'nonsense',
    '',
  ])('%s may not be called', (address) => {
    expect(addressPolicy([])(address)).toBe(false);
  });

  it.each(['8.8.8.8', '1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:8.8.8.8'])(
    '%s may be called',
    (address) => {
      expect(addressPolicy([])(address)).toBe(true);
    },
  );

  it('that an operator allows may be called, metadata never', () => {
    const policy = addressPolicy(['127.0.0.0/8', '::1/128', '169.254.0.0/16', '0.0.0.0/0', '::/0']);
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1']) expect(policy(address)).toBe(true);
    for (const address of ['169.254.169.254', '168.63.129.16', '::ffff:169.254.169.254', 'fd00:ec2::254']) {
      expect(policy(address)).toBe(false);
    }
    expect(addressPolicy(['127.0.0.0/8'])('10.0.0.1')).toBe(false);
  });
});

describe('URLs', () => {
  const allow = ['127.0.0.0/8', '::1/128'];

  it.each([
    'nonsense',
    'ftp://example.com',
    'file:///etc/passwd',
    'https://user@example.com',
    'https://u:p@example.com',
    'http://127.0.0.1',
    'http://2130706433',
    'http://0x7f.1',
    'http://017700000001',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://localhost',
    'http://localhost.',
    'http://a.localhost:9',
    'http://169.254.169.254/latest',
    'https://10.1.2.3',
    `https://example.com/${'x'.repeat(2048)}`,
  ])('%s is refused, with a reason', (text) => {
    expect(checkUrl(text, { allow: [] })).toEqual({ ok: false, reason: expect.stringMatching(/\w+ /) });
  });

  it.each(['https://example.com/hook?x=1', 'http://example.com', 'https://8.8.8.8', 'https://[2606:4700::1]:8443/'])(
    '%s passes',
    (text) => {
      expect(checkUrl(text, { allow: [] })).toMatchObject({ ok: true });
    },
  );

  it('on this machine pass where an operator lets them, and need no https', () => {
    for (const text of ['http://127.0.0.1:9999/x', 'http://localhost:1', 'http://[::1]:1']) {
      expect(checkUrl(text, { allow, httpsOnly: true })).toMatchObject({ ok: true });
    }
    expect(checkUrl('http://169.254.169.254', { allow: ['0.0.0.0/0'] })).toMatchObject({ ok: false });
  });

  it('elsewhere need https where that is required', () => {
    expect(checkUrl('http://example.com', { allow, httpsOnly: true })).toMatchObject({ ok: false });
    expect(checkUrl('http://8.8.8.8', { allow, httpsOnly: true })).toMatchObject({ ok: false });
    expect(checkUrl('https://example.com', { allow, httpsOnly: true })).toMatchObject({ ok: true });
  });
});
