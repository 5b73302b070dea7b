import { describe, expect, it } from 'vitest';
import { isApiKeyLike, newApiKey, parseApiKey, secretMatches } from './api-key-format.js';

describe('an API key', () => {
  it('is found by its id and proven by its secret', () => {
    const { id, key, hash } = newApiKey();
    expect(key).toMatch(/^jfk_[0-9a-f]{16}_[0-9a-f]{64}_[0-9a-f]{8}$/);
    expect(isApiKeyLike(key)).toBe(true);
    const parsed = parseApiKey(key);
    expect(parsed?.id).toBe(id);
    expect(secretMatches(parsed?.secret ?? '', hash)).toBe(true);
    expect(hash).not.toContain(parsed?.secret);
  });

  it('with one wrong character is told without asking anyone', () => {
    const { key } = newApiKey();
    for (let at = 4; at < key.length; at++) {
      if (key[at] === '_') continue;
      const wrong = key.slice(0, at) + (key[at] === '0' ? '1' : '0') + key.slice(at + 1);
      expect(parseApiKey(wrong)).toBeUndefined();
    }
  });

  it('of someone else is not this one', () => {
    const other = parseApiKey(newApiKey().key);
    expect(secretMatches(other?.secret ?? '', newApiKey().hash)).toBe(false);
    expect(secretMatches('', newApiKey().hash)).toBe(false);
    expect(secretMatches('x', 'not hex')).toBe(false);
  });
});
