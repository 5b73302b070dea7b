import { describe, expect, it } from 'vitest';
import { shortcutReader } from './shortcuts';

const press = (key: string, at = 0, more: { modified?: boolean; typing?: boolean } = {}) => ({
  key,
  at,
  modified: more.modified ?? false,
  typing: more.typing ?? false,
});

describe('keyboard shortcuts', () => {
  it('reads g then a letter as one', () => {
    const read = shortcutReader();
    expect(read(press('g', 0))).toBeUndefined();
    expect(read(press('r', 900))).toBe('go-runs');
    expect(read(press('r', 950))).toBeUndefined();
  });

  it('forgets the g after a second', () => {
    const read = shortcutReader();
    read(press('g', 0));
    expect(read(press('m', 1_001))).toBeUndefined();
  });

  it('does nothing while typing or with a modifier', () => {
    const read = shortcutReader();
    expect(read(press('t', 0, { typing: true }))).toBeUndefined();
    expect(read(press('/', 0, { modified: true }))).toBeUndefined();
    expect(read(press('t', 0))).toBe('next-theme');
  });

  it('is not fooled by names every object has', () => {
    expect(shortcutReader()(press('constructor'))).toBeUndefined();
  });
});
