import { describe, expect, it } from 'vitest';
import { isAllowedOrigin } from './allowed-origin.js';

describe('an origin', () => {
  it.each([
    [undefined, 'a:4000', [], true],
    ['http://a:4000', 'a:4000', [], true],
    ['https://a:4000', 'A:4000', [], true],
    ['http://a', 'a', [], true],
    ['http://a:4001', 'a:4000', [], false],
    ['http://evil.example', 'a:4000', [], false],
    ['https://evil.example/a:4000', 'a:4000', [], false],
    ['null', 'a:4000', [], false],
    ['file://a:4000', 'a:4000', [], false],
    ['', 'a:4000', [], false],
    ['https://ok.example', 'a:4000', ['https://ok.example'], true],
    ['http://ok.example', 'a:4000', ['https://ok.example'], false],
    ['https://ok.example.evil', 'a:4000', ['https://ok.example'], false],
    ['http://a', undefined, [], false],
  ])('%s towards %s with %j: %s', (origin, host, allowed, expected) => {
    expect(isAllowedOrigin(origin, host, allowed)).toBe(expected);
  });
});
