import { describe, expect, it } from 'vitest';
import { fireTime } from './fire-time';

describe('a fire', () => {
  it('is told in the schedule’s own zone', () => {
    expect(fireTime('2026-11-23T08:00:00.000Z', 'Europe/Berlin')).toMatch(/^Mon,? 23 Nov, 09:00$/);
    expect(fireTime('2026-11-23T08:00:00.000Z', 'UTC')).toMatch(/^Mon,? 23 Nov, 08:00$/);
  });

  it('shows seconds only when there are any', () => {
    expect(fireTime('2026-11-23T08:00:30.000Z', 'UTC')).toMatch(/^Mon,? 23 Nov, 08:00:30$/);
  });

  it('an unknown zone does not break the page', () => {
    expect(fireTime('2026-11-23T08:00:00.000Z', 'Mars/Olympus')).toMatch(/23 Nov/);
  });
});
