import { describe, expect, it } from 'vitest';
import { checkClientOptions } from './client-options.js';

describe('the options of a client', () => {
  const given = { url: 'http://127.0.0.1:4000', apiKey: 'jfk_test' };

  it('that there are not are refused by name, with the one that was meant', () => {
    const check = (options: object) => () => checkClientOptions({ ...given, ...options });
    expect(check({ timeout: 5 })).toThrow(new TypeError('client: unknown option "timeout"; did you mean "timeoutMs"?'));
    expect(check({ apikey: 'jfk_test' })).toThrow('client: unknown option "apikey"; did you mean "apiKey"?');
    expect(check({ concurrency: 5 })).toThrow(/^client: unknown option "concurrency"; there are url, .*retries$/);
    for (const options of [undefined, null, given.url])
      expect(() => checkClientOptions(options as never)).toThrow(/^client: the options must be an object, not /);
  });

  it('are all that is refused', () => {
    const all = { ...given, fetch: async () => new Response(), traceparent: 'x', timeoutMs: 1, retries: 0 };
    expect(checkClientOptions({ ...all, token: undefined } as never)).toBe('http://127.0.0.1:4000/graphql');
  });
});
