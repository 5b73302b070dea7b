import type { GraphQLField, GraphQLFieldResolver } from 'graphql';
import { createParameterDecorator, Extensions } from 'type-graphql';
import type { RootName } from '../auth/auth-directive.js';

type TypeFunction = NonNullable<NonNullable<Parameters<typeof createParameterDecorator>[1]>['arg']>['typeFunc'];
type Args = Record<string, unknown>;

/** The arguments of fields that take them as they are, by what type-graphql is shown in their place. */
const plainArgs = new WeakMap<object, Args>();

/** The extension of a field that says so of one argument; one for each, since type-graphql merges no deeper. */
const extensionOf = (name: string): string => `plainArg:${name}`;

/**
 * An argument of a query or mutation as graphql has checked it. Of any other type-graphql makes an instance for each
 * input object and each of its fields: of a thousand inputs at once that costs as much as everything else about them.
 * The other arguments of such a field must be plain as well; the schema is not built otherwise.
 */
export const PlainArg =
  (name: string, typeFunc: TypeFunction): ParameterDecorator =>
  (prototype, field, index) => {
    const plain = createParameterDecorator<object>(({ args }) => plainArgs.get(args)?.[name], {
      arg: { name, typeFunc },
    });
    plain(prototype, field as string, index);
    (Extensions({ [extensionOf(name)]: true }) as PropertyDecorator)(prototype, field as string);
  };

/**
 * Whether a root field takes its arguments as they are.
 * @throws Error if it takes only some so, or is a subscription: what it is to get would be undefined, silently
 */
export function takesPlainArgs<C>(root: RootName, field: GraphQLField<unknown, C>): boolean {
  const names = field.args.map(({ name }) => name);
  const isPlain = (name: string) => field.extensions[extensionOf(name)] === true;
  const plain = names.filter(isPlain).join(', ');
  if (!plain) return false;
  if (root === 'Subscription') throw new Error(`${root}.${field.name} cannot take ${plain} as it is: use @Arg`);
  const others = names.filter((name) => !isPlain(name)).join(', ');
  if (others) throw new Error(`${root}.${field.name} takes ${plain} as it is: ${others} must be a PlainArg as well`);
  return true;
}

/**
 * The resolver of such a field as graphql may call it. type-graphql would make instances even for those who do not take
 * them, and hides them here.
 */
export function withPlainArgs<C>(resolve: GraphQLFieldResolver<unknown, C>): GraphQLFieldResolver<unknown, C> {
  return (source, args, context, info) => {
    const shown = {};
    plainArgs.set(shown, args);
    return resolve(source, shown, context, info);
  };
}
