import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { type Context, catchUp } from '../context/context.js';
import type { ApiError, ErrorCode } from '../errors/api-error.js';
import { badUserInput, rateLimited } from '../errors/refusals.js';
import { checkSize } from '../limits/check-size.js';
import { rootFields } from '../limits/root-fields.js';
import type { WriteLimit } from '../limits/write-limit.js';

export interface Operation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Readonly<Record<string, unknown>>;
}

/** Mutations that do not count as writes: signing in must work for a client that has used up its rate. */
const uncounted: ReadonlySet<string> = new Set(['login', 'refresh', 'logout']);

/**
 * The one gate of all transports, passed after validation and before any resolver: size, rate, position.
 * Throws an ApiError when the operation may not run.
 */
export async function admitOperation(ctx: Context, asked: Operation, writes: WriteLimit): Promise<void> {
  const { schema, document, operation, variables } = asked;
  const tooBig = checkSize(schema, document, operation, variables, ctx.config.introspection);
  if (tooBig) throw tooBig;
  if (operation.operation === 'mutation') {
    const fields = rootFields(document, operation);
    if (fields.filter((name) => name === 'login').length > 1) {
      throw badUserInput({ login: 'may be asked once per operation' });
    }
    const counted = fields.filter((name) => !uncounted.has(name)).length;
    const verdict = await writes.check(ctx.principal, ctx.address, counted);
    if (!verdict.ok) throw rateLimited(verdict.retryAfterMs);
    return;
  }
  await catchUp(ctx);
}

/** The HTTP status of an operation that was refused as a whole; 200 where the answer is an ordinary one. */
export function statusOf(error: ApiError): number {
  const statuses: Partial<Record<ErrorCode, number>> = {
    BAD_USER_INPUT: 400,
    BAD_REQUEST: 400,
    GRAPHQL_PARSE_FAILED: 400,
    GRAPHQL_VALIDATION_FAILED: 400,
    PAYLOAD_TOO_LARGE: 413,
    RATE_LIMITED: 429,
  };
  return statuses[error.code] ?? 200;
}
