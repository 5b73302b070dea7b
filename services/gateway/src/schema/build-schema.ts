import 'reflect-metadata';
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  GraphQLSchema,
  isEnumType,
  isNonNullType,
  specifiedDirectives,
} from 'graphql';
import { buildSchemaSync, type NonEmptyArray, type PubSub } from 'type-graphql';
import { authDirective, type RootName, requiredRole } from '../auth/auth-directive.js';
import { covers, type Role } from '../auth/role.js';
import type { Context } from '../context/context.js';
import { ApiError } from '../errors/api-error.js';
import { forbidden, notFound, unauthenticated } from '../errors/refusals.js';
import { takesPlainArgs, withPlainArgs } from './plain-arg.js';

type Resolve = GraphQLFieldResolver<unknown, Context>;

export type ResolverClass = new () => object;

/** Builds the executable schema from resolver classes, with the guard around every root field. */
export function buildSchema(resolvers: readonly ResolverClass[]): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: resolvers as unknown as NonEmptyArray<ResolverClass>,
    validate: false,
    pubSub: noPubSub,
  });
  const roots = {
    Query: schema.getQueryType(),
    Mutation: schema.getMutationType(),
    Subscription: schema.getSubscriptionType(),
  };
  for (const [root, type] of Object.entries(roots)) if (type) guard(root as RootName, type);
  return withAuthDirective(schema);
}

/** Subscriptions bring their own source (`subscribe:`), type-graphql's topics are not used. */
const noPubSub: PubSub = {
  publish() {},
  subscribe(topic) {
    throw new Error(`no topics here, but ${String(topic)} was asked for: give the subscription a subscribe function`);
  },
};

function guard(root: RootName, type: GraphQLObjectType): void {
  for (const field of Object.values(type.getFields())) {
    const wanted = requiredRole(root, field as GraphQLField<unknown, unknown>);
    const plain = takesPlainArgs(root, field as GraphQLField<unknown, unknown>);
    if (root === 'Subscription') {
      const subscribe = field.subscribe as Resolve;
      field.subscribe = ((source, args, context, info) => {
        check(wanted, context as Context, field.name);
        return subscribe(source, args, context as Context, info);
      }) as Resolve;
      continue;
    }
    const own = (field.resolve ?? defaultFieldResolver) as Resolve;
    const resolve = plain ? withPlainArgs(own) : own;
    const nullable = !isNonNullType(field.type);
    field.resolve = (async (source, args, context, info) => {
      check(wanted, context as Context, field.name);
      const value = await resolve(source, args, context as Context, info);
      // A null root field always has an error: what a resolver did not find is NOT_FOUND here.
      if (nullable && (value === null || value === undefined)) throw missing(field.name, args);
      return value;
    }) as Resolve;
  }
}

function check(wanted: Role | null, context: Context, field: string): void {
  if (wanted === null) return;
  if (!context.principal) throw context.authFault ?? unauthenticated();
  if (!covers(context.principal.role, wanted)) {
    throw forbidden(`${field} needs the role ${wanted}; you have ${context.principal.role}.`);
  }
}

function missing(field: string, args: Record<string, unknown>): ApiError {
  const key = args.id ?? args.name;
  if (typeof key === 'string') return notFound(field.replace(/([A-Z])/g, ' $1').toLowerCase(), key);
  return new ApiError('NOT_FOUND', `${field} has nothing to show.`);
}

/** Adds the definition of @auth, which names the enum type that only exists once the schema is built. */
function withAuthDirective(schema: GraphQLSchema): GraphQLSchema {
  const role = schema.getType('Role');
  if (!isEnumType(role)) return schema;
  const config = schema.toConfig();
  return new GraphQLSchema({
    ...config,
    directives: [...specifiedDirectives, authDirective({ role: { type: role } })],
  });
}
