import { GraphQLDateTime, GraphQLJSON, GraphQLSafeInt } from 'graphql-scalars';

/*
 * The three scalars of the API. Always name them in `@Field(() => DateTime)` and `@Arg('at', () => DateTime)`.
 *
 *  - DateTime: resolvers return a Date, epoch milliseconds or an ISO string; arguments arrive as a Date.
 *  - SafeInt:  resolvers return a number, or the string Postgres gives for a bigint; arguments arrive as a number.
 *  - JSON:     any JSON value.
 */
export { GraphQLDateTime as DateTime, GraphQLJSON as JsonScalar, GraphQLSafeInt as SafeInt };
