import {
  createSourceEventStream,
  execute,
  GraphQLError,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  parse,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { type RootName, requiredRole } from '../auth/auth-directive.js';
import type { Principal } from '../auth/principal.js';
import { covers, type Role } from '../auth/role.js';
import { buildSchema } from './build-schema.js';
import { promisedFields } from './promise.js';
import { resolvers } from './resolvers.js';

/*
 * Every root field is called as nobody, VIEWER, USER and ADMIN. The context has a principal and nothing else that
 * works: whoever gets past the guard runs into that, and anything but a refusal for lack of a role means "let in".
 */
const schema = buildSchema(resolvers);
const roots = {
  Query: schema.getQueryType(),
  Mutation: schema.getMutationType(),
  Subscription: schema.getSubscriptionType(),
};
const promised = new Map(promisedFields().map((field) => [`${field.root}.${field.name}`, field.role]));

const cases = Object.entries(roots).flatMap(([root, type]) =>
  Object.values(type?.getFields() ?? {}).map((field) => ({
    root: root as RootName,
    field,
    path: `${root}.${field.name}`,
  })),
);

const nothingWorks: unknown = new Proxy(() => undefined, {
  get: () => nothingWorks,
  apply: () => {
    throw new Error('past the guard');
  },
});

function contextOf(role: Role | undefined): object {
  const principal: Principal | undefined = role && {
    id: 'someone',
    kind: 'USER',
    ownerId: 'someone',
    role,
    name: 'a@b',
  };
  const own = { principal, authFault: undefined, positions: {}, actor: 'someone', signal: AbortSignal.abort() };
  return new Proxy(own, {
    get: (target, name) => (name in target ? target[name as keyof typeof target] : nothingWorks),
  });
}

function exampleOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return exampleOf(type.ofType);
  if (isListType(type)) return `[${exampleOf(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return `{ ${required.map((field) => `${field.name}: ${exampleOf(field.type)}`).join(', ')} }`;
  }
  const examples: Record<string, string> = { Int: '1', Float: '1', SafeInt: '1', Boolean: 'true', JSON: '{}' };
  return type.name === 'DateTime' ? '"2026-01-01T00:00:00.000Z"' : (examples[type.name] ?? '"a"');
}

function operationFor(root: RootName, field: GraphQLField<unknown, unknown>): string {
  const args = field.args.filter((arg) => isNonNullType(arg.type)).map((arg) => `${arg.name}: ${exampleOf(arg.type)}`);
  const leaf = isLeafType(getNamedType(field.type));
  return `${root.toLowerCase()} { ${field.name}${args.length ? `(${args.join(', ')})` : ''}${leaf ? '' : ' { __typename }'} }`;
}

async function codeFor(
  root: RootName,
  field: GraphQLField<unknown, unknown>,
  role: Role | undefined,
): Promise<unknown> {
  const args = { schema, document: parse(operationFor(root, field)), contextValue: contextOf(role) };
  const result = root === 'Subscription' ? await createSourceEventStream(args) : await execute(args);
  const [error] = 'errors' in result ? (result.errors ?? []) : [];
  if (error) return (error.originalError instanceof GraphQLError ? error.originalError : error).extensions.code;
  if (Symbol.asyncIterator in result) await (result as AsyncGenerator).return?.(undefined);
  return undefined;
}

describe('every root field', () => {
  it.each(cases)('$path states the role that api.graphql promises', ({ root, field, path }) => {
    if (promised.has(path)) expect(requiredRole(root, field)).toBe(promised.get(path));
  });

  it.each(cases)('$path lets in whoever has its role, and nobody else', async ({ root, field, path }) => {
    const wanted = promised.has(path) ? (promised.get(path) as Role | null) : requiredRole(root, field);
    const nobody = await codeFor(root, field, undefined);
    if (wanted === null) expect(nobody).not.toBe('UNAUTHENTICATED');
    else expect(nobody).toBe('UNAUTHENTICATED');
    for (const role of ['VIEWER', 'USER', 'ADMIN'] as const) {
      const code = await codeFor(root, field, role);
      if (wanted === null || covers(role, wanted)) expect([role, code]).not.toEqual([role, 'FORBIDDEN']);
      else expect([role, code]).toEqual([role, 'FORBIDDEN']);
    }
  });
});
