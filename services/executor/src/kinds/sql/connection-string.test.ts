import { describe, expect, it } from 'vitest';
import { readConnectionString } from './connection-string.js';

describe('a connection string', () => {
  it.each([
    [
      'postgres://ada:p%40ss@db.example.com:6543/app?sslmode=require',
      { host: 'db.example.com', port: 6543, user: 'ada', password: 'p@ss', database: 'app', tls: 'verified' },
    ],
    ['postgresql://ada@[::1]', { host: '::1', port: 5432, user: 'ada', password: '', database: 'ada', tls: 'off' }],
    ['postgres://a:b@h/d?sslmode=no-verify', { tls: 'unverified' }],
    ['postgres://a:b@h/d?options=-c%20search_path%3Dx', { options: '-c search_path=x' }],
  ])('is read: %s', (text, target) => {
    expect(readConnectionString(text)).toMatchObject({ ok: true, target });
  });

  it.each([
    ['nonsense', 'is no URL'],
    ['mysql://a:b@h/d', 'is no URL'],
    ['postgres:///d', 'names no host'],
    ['postgres://h/d', 'names no user'],
    ['postgres://a:b@h/d?host=/var/run', '"host"'],
    ['postgres://a:b@h/d?sslkey=/etc/shadow', '"sslkey"'],
    ['postgres://a:b@h/d?sslmode=maybe', 'sslmode'],
    ['postgres://a:%ff@h/d', 'percent-encoded'],
  ])('is refused without a word of what is in it: %s', (text, words) => {
    const read = readConnectionString(text);
    expect(read).toMatchObject({ ok: false, reason: expect.stringContaining(words) });
    expect(JSON.stringify(read)).not.toContain('a:b');
  });
});
