import { describe, expect, it } from 'vitest';
import { endsOf, groupEnds, type NotifyRun, NotifyRuns } from './effects.js';

const end = (n: number, over: Partial<NotifyRun> = {}): NotifyRun => ({
  runId: `01890a5d-ac96-774b-bcce-b302099a800${n}`,
  job: 'mail.send',
  queue: 'mail',
  tags: ['a'],
  status: 'SUCCEEDED',
  at: 1000 + n,
  ...over,
});
const runs = [
  end(1),
  end(2, { callbackUrl: 'https://example.com' }),
  end(3, { status: 'FAILED' }),
  end(4),
  end(5, { test: true }),
  end(6, { tags: [] }),
];

describe('ends that are told together', () => {
  it('share all that decides who is concerned, and lose nothing', () => {
    const groups = groupEnds(runs);
    expect(groups.map(({ ends }) => ends.map(({ at }) => at - 1000))).toEqual([[1, 2, 4], [3], [5], [6]]);
    expect(groups.flatMap(endsOf).sort((a, b) => a.at - b.at)).toEqual(runs);
  });

  it('are read as they were written at first, too', () => {
    const written = { v: 1, id: 'notify-run:1-9:0', runs };
    expect(NotifyRuns.parse(written)).toEqual({ v: 2, id: written.id, groups: groupEnds(runs) });
    const now = { v: 2, id: written.id, groups: groupEnds(runs) };
    expect(NotifyRuns.parse(now)).toEqual(now);
  });
});
