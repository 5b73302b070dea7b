import { DirectiveLocation, GraphQLDirective, type GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Role } from './role.js';

/*
 * Who may call a root field. A field says nothing: queries and subscriptions need VIEWER, mutations USER.
 * `@Auth('ADMIN')` asks for more (or less), `@Auth(null)` for no one. `build-schema.ts` enforces it around every root
 * resolver, so a field that forgets to say anything is never open.
 */

/** The role a root field needs; null: nobody needs to be signed in. */
export const Auth = (role: Role | null): MethodDecorator => Extensions({ auth: role }) as MethodDecorator;

export const rootDefaults = { Query: 'VIEWER', Mutation: 'USER', Subscription: 'VIEWER' } as const;
export type RootName = keyof typeof rootDefaults;

/** What a root field of the built schema asks for. */
export function requiredRole(root: RootName, field: GraphQLField<unknown, unknown>): Role | null {
  const stated = field.extensions.auth as Role | null | undefined;
  return stated === undefined ? rootDefaults[root] : stated;
}

/** `directive @auth(role: Role) on FIELD_DEFINITION`, for the printed schema. */
export const authDirective = (roleType: ConstructorParameters<typeof GraphQLDirective>[0]['args']) =>
  new GraphQLDirective({ name: 'auth', locations: [DirectiveLocation.FIELD_DEFINITION], args: roleType ?? {} });
