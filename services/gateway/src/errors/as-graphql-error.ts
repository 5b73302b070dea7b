import { GraphQLError } from 'graphql';

/** Anything thrown, in the form that `presentErrors` takes. */
export function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError('unexpected', { originalError });
}
