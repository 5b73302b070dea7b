import type { FlowCreated } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import { canRunAgain, type FlowEvolved, flowCancelled, flowRetried, nodeEnded } from './evolve-flow.js';
import { beginFlow, type FlowState, type NodeEnd } from './flow-state.js';

type Spec = [key: string, dependsOn?: string[], policy?: 'RUN' | undefined, delayMs?: number];

/** A flow whose runs are named like their nodes. */
function flowOf(...specs: Spec[]): FlowState {
  const keys = specs.map(([key]) => key);
  const event: FlowCreated = {
    type: 'FlowCreated',
    id: 'flow',
    queue: 'default',
    createdAt: 0,
    nodes: specs.map(([key, dependsOn = [], onDependencyFailure, delayMs]) => ({
      key,
      runId: key,
      job: 'j',
      dependsOn: dependsOn.map((one) => keys.indexOf(one)),
      onDependencyFailure,
      delayMs,
    })),
  };
  return beginFlow(event);
}
function after(flow: FlowState, ...ends: [string, NodeEnd][]): FlowEvolved {
  let evolved: FlowEvolved = { flow, steps: [] };
  for (const [key, end] of ends) evolved = nodeEnded(evolved.flow, key, end, 100);
  return evolved;
}
const steps = ({ steps: taken }: FlowEvolved) => taken.map(({ kind, runId }) => `${kind} ${runId}`);
const diamond = () => flowOf(['a'], ['b', ['a']], ['c', ['a']], ['d', ['b', 'c']]);

describe('the end of a node', () => {
  it('releases what waited for it alone, and of what waits for several only at the last', () => {
    expect(steps(after(diamond(), ['a', 'SUCCEEDED']))).toEqual(['release b', 'release c']);
    expect(steps(after(diamond(), ['a', 'SUCCEEDED'], ['c', 'SUCCEEDED']))).toEqual([]);
    expect(steps(after(diamond(), ['a', 'SUCCEEDED'], ['c', 'SUCCEEDED'], ['b', 'SUCCEEDED']))).toEqual(['release d']);
  });

  it('counts once, however often it is told, and not at all for a run that is no node', () => {
    const once = after(diamond(), ['a', 'SUCCEEDED']);
    expect(nodeEnded(once.flow, 'a', 'FAILED', 200)).toEqual({ flow: once.flow, steps: [] });
    expect(nodeEnded(once.flow, 'elsewhere', 'FAILED', 200)).toEqual({ flow: once.flow, steps: [] });
  });

  it.each([
    ['FAILED', 'failed'],
    ['CANCELLED', 'was cancelled'],
    ['EXPIRED', 'expired'],
  ] as const)('that is %s cancels what depends on it, and says why', (end, words) => {
    const { steps: taken } = after(flowOf(['a'], ['b', ['a']]), ['a', end]);
    expect(taken).toEqual([{ kind: 'cancel', runId: 'b', reason: `It depends on a (run a), which ${words}` }]);
  });

  it('cancels at the first failure, without waiting for the others', () => {
    expect(steps(after(flowOf(['a'], ['b'], ['c', ['a', 'b']]), ['a', 'FAILED']))).toEqual(['cancel c']);
  });

  it('lets run what runs anyway, once all it depends on has ended', () => {
    const flow = flowOf(['a'], ['b'], ['clean', ['a', 'b'], 'RUN']);
    expect(steps(after(flow, ['a', 'FAILED']))).toEqual([]);
    expect(steps(after(flow, ['a', 'FAILED'], ['b', 'CANCELLED']))).toEqual(['release clean']);
  });

  it('hands on the delay that counts from it', () => {
    const { steps: taken } = after(flowOf(['a'], ['b', ['a'], undefined, 500]), ['a', 'SUCCEEDED']);
    expect(taken).toEqual([{ kind: 'release', runId: 'b', delayMs: 500 }]);
  });
});

describe('a flow', () => {
  const line = () => flowOf(['a'], ['b', ['a']]);

  it('runs until the last node has ended, and counts ends and failures', () => {
    const half = after(line(), ['a', 'SUCCEEDED']);
    expect(half.flow).toMatchObject({ status: 'RUNNING', done: 1, failed: 0 });
    expect(half.ended).toBeUndefined();
    const whole = after(line(), ['a', 'SUCCEEDED'], ['b', 'EXPIRED']);
    expect(whole.flow).toMatchObject({ status: 'FAILED', done: 2, failed: 1, finishedAt: 100 });
    expect(whole.ended).toEqual({ status: 'FAILED', at: 100 });
  });

  it.each<[string, FlowState, [string, NodeEnd][], string]>([
    [
      'all succeeded',
      line(),
      [
        ['a', 'SUCCEEDED'],
        ['b', 'SUCCEEDED'],
      ],
      'SUCCEEDED',
    ],
    [
      'one failed and took others with it',
      line(),
      [
        ['a', 'FAILED'],
        ['b', 'CANCELLED'],
      ],
      'FAILED',
    ],
    [
      'one was cancelled by itself',
      line(),
      [
        ['a', 'SUCCEEDED'],
        ['b', 'CANCELLED'],
      ],
      'FAILED',
    ],
    [
      'what failed was dealt with',
      flowOf(['a'], ['b', ['a'], 'RUN']),
      [
        ['a', 'FAILED'],
        ['b', 'SUCCEEDED'],
      ],
      'SUCCEEDED',
    ],
    [
      'what failed was dealt with by one, but another needed it',
      flowOf(['a'], ['b', ['a'], 'RUN'], ['c', ['a']]),
      [
        ['a', 'FAILED'],
        ['b', 'SUCCEEDED'],
        ['c', 'CANCELLED'],
      ],
      'FAILED',
    ],
  ])('has, when %s, the status it should', (_, flow, ends, status) => {
    expect(after(flow, ...ends).flow.status).toBe(status);
  });
});

describe('a cancelled flow', () => {
  const event = { type: 'FlowCancelRequested' as const, flowId: 'flow', reason: 'stop', runIds: [] };
  const cancel = (flow: FlowState) => {
    const evolved = flowCancelled(flow, event, 50);
    if (evolved === 'refused') throw new Error('refused');
    return evolved;
  };

  it('cancels all that has not ended, with its own reason, and releases nothing more', () => {
    const cancelled = cancel(after(diamond(), ['a', 'SUCCEEDED'], ['b', 'SUCCEEDED']).flow);
    expect(cancelled.steps).toEqual([
      { kind: 'cancel', runId: 'c', reason: 'stop' },
      { kind: 'cancel', runId: 'd', reason: 'stop' },
    ]);
    const late = nodeEnded(cancelled.flow, 'c', 'SUCCEEDED', 60);
    expect(late.steps).toEqual([]);
    expect(nodeEnded(late.flow, 'd', 'CANCELLED', 60).ended).toEqual({ status: 'CANCELLED', at: 60 });
  });

  it('did succeed if nothing was left to cancel after all', () => {
    const flow = cancel(after(flowOf(['a'])).flow).flow;
    expect(nodeEnded(flow, 'a', 'SUCCEEDED', 60).ended?.status).toBe('SUCCEEDED');
  });

  it('is not cancelled twice, nor once it has ended', () => {
    expect(flowCancelled(cancel(diamond()).flow, event, 60)).toBe('refused');
    expect(flowCancelled(after(flowOf(['a']), ['a', 'FAILED']).flow, event, 60)).toBe('refused');
  });
});

describe('a flow that is retried', () => {
  const retry = (flow: FlowState, n = 1) => flowRetried(flow, { type: 'FlowRetryRequested', flowId: 'flow', n });
  const failed = () =>
    after(diamond(), ['a', 'SUCCEEDED'], ['b', 'FAILED'], ['d', 'CANCELLED'], ['c', 'SUCCEEDED']).flow;

  it('lets failed nodes run again, and what they cancelled once these have ended', () => {
    const evolved = retry(failed());
    if (evolved === 'refused') throw new Error('refused');
    expect(steps(evolved)).toEqual(['restart b', 'restart d', 'release b']);
    expect(evolved.flow).toMatchObject({ status: 'RUNNING', done: 2, failed: 0, retries: 1, finishedAt: undefined });
    const again = after(evolved.flow, ['b', 'SUCCEEDED']);
    expect(steps(again)).toEqual(['release d']);
    expect(after(again.flow, ['d', 'SUCCEEDED']).ended?.status).toBe('SUCCEEDED');
  });

  it('does so once for each retry: a command said twice, or late, changes nothing', () => {
    const evolved = retry(failed());
    if (evolved === 'refused') throw new Error('refused');
    expect(retry(evolved.flow)).toBe('refused');
    const again = after(evolved.flow, ['b', 'FAILED'], ['d', 'CANCELLED']).flow;
    expect(retry(again, 1)).toBe('refused');
    expect(retry(again, 2)).not.toBe('refused');
  });

  it('leaves what succeeded, what expired, and what cannot do without that', () => {
    const flow = flowOf(['a'], ['b', ['a']], ['c', ['b']], ['late'], ['d', ['late']], ['e', ['d', 'late'], 'RUN']);
    const ended = after(
      flow,
      ['late', 'EXPIRED'],
      ['d', 'CANCELLED'],
      ['e', 'FAILED'],
      ['a', 'FAILED'],
      ['b', 'CANCELLED'],
      ['c', 'CANCELLED'],
    ).flow;
    const evolved = retry(ended);
    if (evolved === 'refused') throw new Error('refused');
    expect(steps(evolved)).toEqual(['restart a', 'restart b', 'restart c', 'restart e', 'release a', 'release e']);
    expect(evolved.flow).toMatchObject({ done: 2, failed: 1 });
  });

  it('is refused while it runs, and when nothing could run', () => {
    expect(retry(diamond())).toBe('refused');
    const hopeless = after(flowOf(['a'], ['b', ['a']]), ['a', 'EXPIRED'], ['b', 'CANCELLED']).flow;
    expect([retry(hopeless), canRunAgain(hopeless), canRunAgain(failed())]).toEqual(['refused', false, true]);
    expect(retry(after(flowOf(['a']), ['a', 'SUCCEEDED']).flow)).toBe('refused');
  });

  it('can be retried after it was cancelled, and forgets that', () => {
    const event = { type: 'FlowCancelRequested' as const, flowId: 'flow', runIds: [] };
    const cancelled = flowCancelled(flowOf(['a'], ['b', ['a']]), event, 5);
    if (cancelled === 'refused') throw new Error('refused');
    const evolved = retry(after(cancelled.flow, ['a', 'CANCELLED'], ['b', 'CANCELLED']).flow);
    if (evolved === 'refused') throw new Error('refused');
    expect(steps(evolved)).toEqual(['restart a', 'restart b', 'release a']);
    expect(steps(after(evolved.flow, ['a', 'SUCCEEDED']))).toEqual(['release b']);
  });
});
