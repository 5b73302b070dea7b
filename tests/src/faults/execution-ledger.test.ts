import { describe, expect, it } from 'vitest';
import { parseExecutions, withoutCause } from './execution-ledger.js';

const killed = (pid: number, at: number, goneAt = at) => ({ pid, at, goneAt });
const executions = (...lines: string[]) => parseExecutions(lines.join('\n'));

describe('the ledger of executions', () => {
  it('tells when an execution began and whether it ended', () => {
    expect(executions('start a 1 10 1 100', 'start b 1 11 1 101', 'end a 1 10 1 105', '')).toEqual([
      { runId: 'a', attempt: 1, pid: 10, parent: 1, startedAt: 100, endedAt: 105 },
      { runId: 'b', attempt: 1, pid: 11, parent: 1, startedAt: 101 },
    ]);
  });

  it('finds no fault with runs that were executed once, or again after a failed attempt', () => {
    const once = executions('start a 1 10 1 100', 'end a 1 10 1 105', 'start a 2 11 1 300', 'end a 2 11 1 301');
    expect(withoutCause(once, [])).toEqual([]);
  });

  it('takes the death of the worker in mid-run for a cause, whether or not the handler had ended', () => {
    const again = executions('start a 1 10 1 100', 'start a 1 11 1 300', 'end a 1 11 1 301');
    expect(withoutCause(again, [killed(10, 200)])).toEqual([]);
    const ended = executions('start a 1 10 1 100', 'end a 1 10 1 105', 'start a 1 11 1 300');
    expect(withoutCause(ended, [killed(10, 200)])).toEqual([]);
  });

  it('takes a death for the cause of what began after the signal was on its way, but before it struck', () => {
    const again = executions('start a 1 10 1 100', 'start a 1 11 1 300');
    expect(withoutCause(again, [killed(10, 90, 110)])).toEqual([]);
    expect(withoutCause(again, [killed(10, 90, 98)])).toHaveLength(1);
  });

  it('takes the death of the executor for a cause, when the handler ran in a process below it', () => {
    const alone = executions('start a 1 12 10 100', 'start a 1 13 11 300');
    expect(withoutCause(alone, [killed(10, 200)])).toEqual([]);
    expect(withoutCause(alone, [killed(11, 200)])).toHaveLength(1);
  });

  it.each([
    ['nobody was killed', []],
    ['another worker was killed', [killed(11, 200)]],
    ['it was killed before it began', [killed(10, 50)]],
    ['it was killed only after it had begun elsewhere', [killed(10, 400)]],
  ])('reports an attempt that began again although %s', (_, kills) => {
    const again = executions('start a 1 10 1 100', 'end a 1 10 1 105', 'start a 1 11 1 300', 'end a 1 11 1 301');
    expect(withoutCause(again, kills)).toEqual([expect.stringContaining('run a: attempt 1 began in 11 at 300')]);
  });

  it('reports an attempt that begins while the one before it goes on', () => {
    const both = executions('start a 1 10 1 100', 'start a 2 11 1 200', 'end a 1 10 1 300');
    expect(withoutCause(both, [])).toEqual([expect.stringContaining('went on')]);
  });
});
