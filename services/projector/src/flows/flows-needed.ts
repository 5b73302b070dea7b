import type { RunEvent } from '@jobflow/contracts';
import type { FlowState } from '@jobflow/domain';
import type { ReadCommits } from '../projection/read-commits.js';
import type { RunCache } from '../runs/run-cache.js';
import type { FlowBook } from './flow-book.js';

type Commits = ReadCommits<'run'>['commits'];

/** They end no run. */
const PASSIVE: ReadonlySet<RunEvent['type']> = new Set([
  'RunQueued',
  'RunPlanned',
  'RunStarted',
  'RunProgressed',
  'RunClaimed',
  'RunDeadLetterRedriven',
  'RunDeadLetterDiscarded',
  'RunDeadLetterReopened',
  'ScheduleTicked',
]);

/** An event that may move a flow on: what may end one of its runs, or speaks of the whole. */
interface Moving {
  flowId: string;
  event: RunEvent;
}

/** The events of a batch that may move flows. All runs it speaks of must be in the cache. */
export function movingFlows(commits: Commits, cache: Pick<RunCache, 'get'>): Moving[] {
  const moving: Moving[] = [];
  const born = new Map<string, string>();
  for (const { commit } of commits) {
    for (const event of commit.events) {
      if ((event.type === 'RunQueued' || event.type === 'RunPlanned') && event.run.flow)
        born.set(event.run.id, event.run.flow.id);
      if (PASSIVE.has(event.type)) continue;
      const flowId = flowIdOf(event, cache, born);
      if (flowId !== undefined) moving.push({ flowId, event });
    }
  }
  return moving;
}

function flowIdOf(event: RunEvent, cache: Pick<RunCache, 'get'>, born: ReadonlyMap<string, string>) {
  if (event.type === 'FlowCreated') return event.id;
  if ('flowId' in event) return event.flowId;
  return 'runId' in event && event.runId !== undefined
    ? (cache.get(event.runId)?.flowId ?? born.get(event.runId))
    : undefined;
}

/**
 * The runs that may change with the batch although it does not speak of them: of a run that succeeds its dependents, of
 * one that may end otherwise all below it, of a whole flow all nodes.
 */
export function runsBelow(moving: readonly Moving[], flows: Pick<FlowBook, 'get'>): Set<string> {
  const wanted = new Set<string>();
  const seen = new Map<string, Set<number>>();
  for (const { flowId, event } of moving) {
    const flow = flows.get(flowId);
    if (!flow) continue;
    if ('flowId' in event) for (const { runId } of flow.graph.nodes) wanted.add(runId);
    else if ('runId' in event && event.runId !== undefined) {
      const place = flow.graph.places.get(event.runId);
      if (place === undefined) continue;
      const below = seen.get(flowId) ?? new Set();
      seen.set(flowId, below);
      if (event.type === 'RunSucceeded') addChildren(flow, place, wanted);
      else addBelow(flow, place, below, wanted);
    }
  }
  return wanted;
}

function addChildren({ graph }: FlowState, place: number, wanted: Set<string>): void {
  for (const child of graph.nodes[place]?.children ?? []) wanted.add(graph.nodes[child]?.runId ?? '');
}

function addBelow({ graph }: FlowState, from: number, below: Set<number>, wanted: Set<string>): void {
  const open = [from];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    for (const child of graph.nodes[place]?.children ?? []) {
      if (below.has(child)) continue;
      below.add(child);
      wanted.add(graph.nodes[child]?.runId ?? '');
      open.push(child);
    }
  }
}
