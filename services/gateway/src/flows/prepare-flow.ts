import { type DependencyFailure, Key, limits, Tags } from '@jobflow/contracts';
import { checkGraph, PARENT_FIELDS, type ParentPath, parentsIn } from '@jobflow/domain';
import { checkUrl, type StateStore } from '@jobflow/platform';
import type { Context } from '../context/context.js';
import { enqueueFields } from '../enqueue/enqueue-fields.js';
import { type PreparedRun, prepareRuns, type Wanted } from '../enqueue/prepare-runs.js';
import { badUserInput } from '../errors/refusals.js';
import type { FlowInput, FlowNodeInput } from './flow-input.js';

/** A checked node: its run (whose id is still to be given), and its place in the graph. */
export interface PreparedNode extends PreparedRun {
  key: string;
  /** Places of the nodes it depends on. */
  dependsOn: number[];
  onDependencyFailure: DependencyFailure;
  /** Counts from the end of what it depends on. */
  delayMs?: number | undefined;
  templated: boolean;
}

const NAME_LENGTH = 200;

/** Checks a flow and makes its nodes of it; every wrong field is named by its path. */
export function prepareFlow(ctx: Context, store: StateStore, input: FlowInput): PreparedNode[] {
  const graph = checkGraph(input.nodes.map(({ key, dependsOn }) => ({ key, dependsOn: dependsOn ?? [] })));
  const problems = { ...flowProblems(ctx, input), ...(graph.ok ? {} : graph.fields) };
  for (const [n, node] of input.nodes.slice(0, limits.flowNodes).entries())
    Object.assign(problems, nodeProblems(store, node, `nodes.${n}.`));
  if (!graph.ok || Object.keys(problems).length > 0) throw badUserInput(problems);

  const wanted = input.nodes.map((node, n) => wantedOf(store, node, n));
  const prepared = prepareRuns(ctx, store, wanted);
  return input.nodes.map((node, n) => {
    const dependsOn = graph.dependsOn[n] ?? [];
    const { run, dueAt } = prepared[n] as PreparedRun;
    const delayMs = dependsOn.length > 0 ? (node.enqueue.delayMs ?? undefined) : undefined;
    return {
      run,
      dueAt: delayMs === undefined ? dueAt : undefined,
      delayMs,
      key: node.key,
      dependsOn,
      onDependencyFailure: node.onDependencyFailure ?? 'CANCEL',
      templated: wanted[n]?.templated === true,
    };
  });
}

function flowProblems(ctx: Context, { name, idempotencyKey, tags, callbackUrl }: FlowInput): Record<string, string> {
  const problems: Record<string, string> = {};
  if (name && name.length > NAME_LENGTH) problems.name = `must have at most ${NAME_LENGTH} characters`;
  const key = Key.optional().safeParse(idempotencyKey ?? undefined).error?.issues[0];
  if (key) problems.idempotencyKey = key.message;
  for (const issue of Tags.optional().safeParse(tags ?? undefined).error?.issues ?? [])
    problems[['tags', ...issue.path].map(String).join('.')] ??= issue.message;
  if (callbackUrl) {
    const checked = checkUrl(callbackUrl, { allow: ctx.config.allowCidrs, httpsOnly: true });
    if (!checked.ok) problems.callbackUrl = checked.reason;
  }
  return problems;
}

/** What a node may not have, and templates over what it does not depend on. */
function nodeProblems(store: StateStore, { enqueue, dependsOn }: FlowNodeInput, path: string): Record<string, string> {
  const problems: Record<string, string> = {};
  if (enqueue.idempotencyKey) problems[`${path}enqueue.idempotencyKey`] = 'belongs to the whole flow: give it there';
  if (enqueue.uniqueKey)
    problems[`${path}enqueue.uniqueKey`] =
      'cannot be given to a node: another run might then take its place in the flow';
  const parents = new Set(dependsOn ?? []);
  const job = store.jobs.get(enqueue.job)?.state;
  const [inInput] = parentsIn(inputOf(store, { enqueue })).flatMap((found) => pathProblem(found, parents));
  const [inSpec] = parentsIn(job?.spec).flatMap((found) => pathProblem(found, parents));
  if (inInput) problems[`${path}enqueue.input`] = inInput;
  if (inSpec) problems[`${path}enqueue.job`] = `its spec ${inSpec}`;
  return problems;
}

function pathProblem({ source, key, keys }: ParentPath, parents: ReadonlySet<string>): string[] {
  if (!parents.has(key))
    return [`holds {{${source}}}, but the node does not depend on ${key ? JSON.stringify(key) : 'what it names'}`];
  return PARENT_FIELDS.includes(keys[0] ?? '')
    ? []
    : [`holds {{${source}}}; after the key must come one of ${PARENT_FIELDS.join(', ')}`];
}

const inputOf = (store: StateStore, { enqueue }: Pick<FlowNodeInput, 'enqueue'>) =>
  enqueue.input ?? store.jobs.get(enqueue.job)?.state.defaultInput;

/** An input with templates cannot be held to the job's schema before they are filled: the scheduler does it then. */
function wantedOf(store: StateStore, node: FlowNodeInput, n: number): Wanted & { templated: boolean } {
  const templated = parentsIn(inputOf(store, node)).length > 0;
  const path = `nodes.${n}.enqueue.`;
  return { job: node.enqueue.job, fields: enqueueFields(node.enqueue), path, templated, unchecked: templated };
}
