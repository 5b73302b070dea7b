import type { Logger } from '@jobflow/platform';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { ApiError, type ErrorCode, isRetryable } from './api-error.js';
import { asApiError } from './as-api-error.js';
import { badUserInput } from './refusals.js';
import { variableErrors } from './variable-errors.js';
import { withoutText } from './without-text.js';

/** What the errors of one operation are shown with. */
export interface Presenting {
  correlationId: string;
  /** False: messages may not suggest names of the schema. */
  introspection: boolean;
  logger: Logger;
  /** Known once the document was parsed. */
  asked?: {
    schema: GraphQLSchema;
    document: DocumentNode;
    operation: OperationDefinitionNode;
    variables: Readonly<Record<string, unknown>>;
  };
}

/**
 * Turns errors into what a client may see, the same on every transport: ours and graphql's own as they are, everything
 * else masked and logged. Each carries code, correlationId and retryable.
 */
export function presentErrors(errors: readonly GraphQLError[], by: Presenting): GraphQLFormattedError[] {
  const ofVariables = errors.some(isVariableError) ? fieldsOf(by) : undefined;
  const shown = ofVariables
    ? [badUserInput(ofVariables), ...errors.filter((error) => !isVariableError(error))]
    : errors;
  return shown.map((error) => presentError(error, by));
}

function presentError(error: GraphQLError, by: Presenting): GraphQLFormattedError {
  const known = ownError(error);
  if (known) {
    if (known.originalError)
      by.logger.warn({ err: known.originalError, correlationId: by.correlationId }, known.message);
    return shape(error, known.message, known.code, known.extensions, by);
  }
  if (isGraphqlsOwn(error)) {
    const plain = withoutText(error.message);
    const message = by.introspection ? plain : plain.replace(/ ?Did you mean .*$/s, '');
    return shape(error, message, codeOf(error), {}, by);
  }
  by.logger.error(
    { err: rootOf(error), correlationId: by.correlationId, path: error.path?.join('.') },
    'a request met an unexpected error',
  );
  const message = `Something went wrong inside Jobflow. Quote ${by.correlationId} when you report it.`;
  return shape(error, message, 'INTERNAL_SERVER_ERROR', {}, by);
}

function shape(
  at: GraphQLError,
  message: string,
  code: ErrorCode,
  facts: Readonly<Record<string, unknown>>,
  by: Presenting,
): GraphQLFormattedError {
  const { http: _, stacktrace: __, ...shown } = facts;
  return {
    message,
    ...(at.locations ? { locations: at.locations } : {}),
    ...(at.path ? { path: at.path } : {}),
    extensions: { ...shown, code, correlationId: by.correlationId, retryable: isRetryable(code) },
  };
}

/** The ApiError in the chain, or what the failure is to clients if one of its kind is foreseen. */
function ownError(error: Error): ApiError | undefined {
  const root = rootOf(error, (e) => e instanceof ApiError);
  return root instanceof ApiError ? root : asApiError(root);
}

/** The error at the bottom of the chain, or the first on the way that `stop` accepts. */
function rootOf(error: Error, stop: (error: Error) => boolean = () => false): Error {
  let root = error;
  while (root instanceof GraphQLError && root.originalError && !stop(root)) root = root.originalError;
  return root;
}

/**
 * A mistake in the request that graphql itself found: in the syntax, against the schema, or in a variable. What it
 * found in our answer (a value that its scalar cannot show) points at a field, and is our mistake.
 */
function isGraphqlsOwn(error: GraphQLError): boolean {
  if (isVariableError(error)) return true;
  if (error.path && error.nodes?.[0]?.kind === Kind.FIELD) return false;
  return rootOf(error) instanceof GraphQLError;
}

const isVariableError = (error: GraphQLError): boolean =>
  error.path === undefined && error.nodes?.length === 1 && error.nodes[0]?.kind === Kind.VARIABLE_DEFINITION;

const apolloCodes: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_FOUND',
]);

function codeOf(error: GraphQLError): ErrorCode {
  const stated = error.extensions.code;
  if (typeof stated === 'string' && apolloCodes.has(stated)) return stated as ErrorCode;
  return error.path || isVariableError(error) ? 'BAD_USER_INPUT' : 'BAD_REQUEST';
}

function fieldsOf({ asked }: Presenting): Record<string, string> | undefined {
  return asked && variableErrors(asked.schema, asked.document, asked.operation, asked.variables);
}
