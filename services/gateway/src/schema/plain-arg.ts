import type { GraphQLFieldResolver } from 'graphql';
import { createParameterDecorator } from 'type-graphql';

type TypeFunction = NonNullable<NonNullable<Parameters<typeof createParameterDecorator>[1]>['arg']>['typeFunc'];
type Args = Record<string, unknown>;

/** Root fields that take an argument as it is. */
const plainFields = new Set<string>();
/** The arguments of such fields, by what type-graphql is shown in their place. */
const plainArgs = new WeakMap<object, Args>();

/**
 * An argument of a root field as graphql has checked it. Of any other type-graphql makes an instance for each input object
 * and each of its fields: of a thousand inputs at once that costs as much as everything else about them. The other
 * arguments of such a field must be plain as well.
 */
export const PlainArg =
  (name: string, typeFunc: TypeFunction): ParameterDecorator =>
  (prototype, field, index) => {
    plainFields.add(String(field));
    const plain = createParameterDecorator<object>(({ args }) => plainArgs.get(args)?.[name], {
      arg: { name, typeFunc },
    });
    plain(prototype, field as string, index);
  };

/** The resolver as graphql may call it. type-graphql would make instances even for those who do not take them, and hides them here. */
export function withPlainArgs<C>(
  field: string,
  resolve: GraphQLFieldResolver<unknown, C>,
): GraphQLFieldResolver<unknown, C> {
  if (!plainFields.has(field)) return resolve;
  return (source, args, context, info) => {
    const shown = {};
    plainArgs.set(shown, args);
    return resolve(source, shown, context, info);
  };
}
