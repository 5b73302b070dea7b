import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from './redactor.js';

const redactorOf = (...values: string[]) => {
  const redactor = new Redactor();
  for (const value of values) redactor.add(value);
  return redactor;
};
const printable = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 60 }).filter((text) => text.isWellFormed());

describe('a redactor', () => {
  it('takes a secret out wherever it stands, however it is encoded', () => {
    fc.assert(
      fc.property(printable, fc.string(), fc.string(), (secret, before, after) => {
        const redactor = redactorOf(secret);
        const around = Buffer.from(`${before}${secret}${after}`);
        for (const [text, form] of [
          [`${before}${secret}${after}`, secret],
          [encodeURIComponent(secret), encodeURIComponent(secret)],
          [JSON.stringify({ a: secret }), JSON.stringify(secret).slice(1, -1)],
          [Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('hex')],
          [Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('base64')],
        ] as const) {
          expect(redactor.text(text)).not.toContain(form);
        }
        const shown = redactor.text(around.toString('base64'));
        expect(Buffer.from(shown.replaceAll('***', '----'), 'base64url').toString()).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });

  it('finds it in the credentials of a Basic header', () => {
    const redactor = redactorOf('hunter2-hunter2');
    const header = `Basic ${Buffer.from('ada:hunter2-hunter2').toString('base64')}`;
    expect(redactor.text(header)).toMatch(/^Basic .{1,8}\*\*\*.{0,3}$/);
  });

  it('knows the password inside a connection string, percent-encoded and plain', () => {
    const redactor = redactorOf('postgres://ada:p%40ss-word@db.example.com/app');
    expect(redactor.text('FATAL: p@ss-word is wrong')).toBe('FATAL: *** is wrong');
    expect(redactor.text('p%40ss-word')).toBe('***');
    expect(redactor.text('could not reach db.example.com')).toBe('could not reach db.example.com');
  });

  it('takes a secret of many lines out line by line', () => {
    const redactor = redactorOf('-----BEGIN KEY-----\nMIIEvQIBADANBg\n{}\n-----END KEY-----\n');
    expect(redactor.text('MIIEvQIBADANBg')).toBe('***');
    expect(redactor.text('{}')).toBe('{}');
  });

  it('leaves alone what is shorter than four characters, and everything if there is no secret', () => {
    expect(redactorOf('abc').text('abc abcd')).toBe('abc abcd');
    expect(redactorOf().text('abc')).toBe('abc');
    expect(redactorOf().longest).toBe(0);
  });

  it('takes the beginning of a secret off the end of a text that was cut', () => {
    const redactor = redactorOf('s3cret-token');
    expect(redactor.cutText('token: s3cret-to')).toBe('token: ***');
    expect(redactor.cutText('token: s3cret-token and s3')).toBe('token: *** and s3');
    expect(redactor.cutText('token: s3cr')).toBe('token: ***');
  });

  it('walks JSON, its keys and numbers included', () => {
    const redactor = redactorOf('s3cret-token', '12345678');
    expect(redactor.json({ 's3cret-token': ['x s3cret-token', 12345678, 5, null, true] })).toEqual({
      '***': ['x ***', '***', 5, null, true],
    });
  });

  it('replaces the longest of two secrets that share a beginning', () => {
    expect(redactorOf('token', 'token-of-mine').text('token-of-mine token')).toBe('*** ***');
  });
});
