import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import { answerPosition, type Context } from '../context/context.js';
import { Loaders } from '../context/loaders.js';
import { asGraphQLError } from '../errors/as-graphql-error.js';
import { type Presenting, presentErrors } from '../errors/present-errors.js';
import { badRequest } from '../errors/refusals.js';
import type { WriteLimit } from '../limits/write-limit.js';
import { admitOperation } from '../server/admit-operation.js';
import { createDocuments } from './documents.js';
import { Frames } from './frames.js';

/** What a client sends for one operation, its shape already checked. */
export interface OperationRequest {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** Refused: nothing was executed, and the client may know why. Ready: `perform` executes it, once. */
export type Prepared =
  | { ok: false; errors: GraphQLFormattedError[] }
  | { ok: true; args: ExecutionArgs; perform(): Promise<FormattedExecutionResult | Frames> };

export type PrepareOperation = (ctx: Context, request: OperationRequest) => Promise<Prepared>;

/** Brings an operation of a streaming transport (WebSocket, SSE) through the validation and the gate that HTTP has. */
export function createPrepareOperation(
  schema: GraphQLSchema,
  introspection: boolean,
  writes: WriteLimit,
): PrepareOperation {
  const documents = createDocuments(schema, introspection);

  return async (ctx, request) => {
    const by: Presenting = { correlationId: ctx.correlationId, introspection, logger: ctx.logger };
    const refused = (errors: readonly GraphQLError[]): Prepared => ({ ok: false, errors: presentErrors(errors, by) });
    const parsed = documents(request.query);
    if (!parsed.ok) return refused(parsed.errors);
    const { document } = parsed;
    const operation = getOperationAST(document, request.operationName);
    if (!operation) return refused([badRequest('Say with operationName which operation of the document to run.')]);
    const variables = request.variables ?? {};
    by.asked = { schema, document, operation, variables };
    try {
      await admitOperation(ctx, by.asked, writes);
    } catch (error) {
      return refused([asGraphQLError(error)]);
    }
    const { operationName } = request;
    const args = { schema, document, variableValues: variables, ...(operationName ? { operationName } : {}) };
    const subscribes = operation.operation === 'subscription';
    const perform = () =>
      subscribes ? subscribe(args, ctx, by) : answer(args, ctx, by, operation.operation === 'mutation');
    return { ok: true, args, perform };
  };
}

async function answer(
  args: ExecutionArgs,
  ctx: Context,
  by: Presenting,
  writes: boolean,
): Promise<FormattedExecutionResult> {
  const result = present(await execute({ ...args, contextValue: ctx }), by);
  return writes ? { ...result, extensions: { position: answerPosition(ctx) } } : result;
}

async function subscribe(
  args: ExecutionArgs,
  ctx: Context,
  by: Presenting,
): Promise<FormattedExecutionResult | Frames> {
  const ended = new AbortController();
  const signal = AbortSignal.any([ctx.signal, ended.signal]);
  const contextValue: Context = { ...ctx, signal };
  const source = await createSourceEventStream({ ...args, contextValue });
  if (!isAsyncIterable(source)) return present(source, by);
  return new Frames(framesOf(source, args, contextValue, by), ended);
}

/** Each event is executed with loaders of its own: what one frame looked up is old in the next. */
async function* framesOf(
  source: AsyncIterable<unknown>,
  args: ExecutionArgs,
  ctx: Context,
  by: Presenting,
): AsyncGenerator<FormattedExecutionResult, void, void> {
  try {
    for await (const rootValue of source) {
      const contextValue: Context = { ...ctx, loaders: new Loaders(), positions: {} };
      yield present(await execute({ ...args, rootValue, contextValue }), by);
    }
  } catch (error) {
    if (!ctx.signal.aborted) yield { errors: presentErrors([asGraphQLError(error)], by) };
  }
}

function present({ errors, ...rest }: ExecutionResult, by: Presenting): FormattedExecutionResult {
  return errors ? { ...rest, errors: presentErrors(errors, by) } : rest;
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
