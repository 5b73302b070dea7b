import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema, Kind, parse } from 'graphql';
import type { RootName } from '../auth/auth-directive.js';
import type { Role } from '../auth/role.js';

/** Where the names promised to clients stand. Read by tests and by `write-not-built-yet`, never by the running gateway. */
const promiseFile = new URL('../../../../contracts/api.graphql', import.meta.url);
const text = () => readFileSync(promiseFile, 'utf8');

export const promisedSchema = (): GraphQLSchema => buildSchema(text());

/** "Queries and subscriptions need VIEWER, mutations USER, unless @auth says otherwise": stated here once more, to check by. */
const defaults: Readonly<Record<RootName, Role>> = { Query: 'VIEWER', Mutation: 'USER', Subscription: 'VIEWER' };

export interface PromisedField {
  root: RootName;
  name: string;
  /** null: nobody needs to be signed in. */
  role: Role | null;
}

/** Every promised root field with the role its @auth states, or its root type's default. */
export function promisedFields(): PromisedField[] {
  return parse(text()).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || !(definition.name.value in defaults)) return [];
    const root = definition.name.value as RootName;
    return (definition.fields ?? []).map(({ name, directives }) => {
      const stated = directives?.find((d) => d.name.value === 'auth')?.arguments?.find((a) => a.name.value === 'role');
      if (!stated) return { root, name: name.value, role: defaults[root] };
      const role = stated.value.kind === Kind.ENUM ? (stated.value.value as Role) : null;
      return { root, name: name.value, role };
    });
  });
}
