import { createParameterDecorator } from 'type-graphql';

type TypeFunction = NonNullable<NonNullable<Parameters<typeof createParameterDecorator>[1]>['arg']>['typeFunc'];

/**
 * An argument as graphql has checked it, without type-graphql's making an instance of each input object and each of its
 * fields: of a thousand inputs at once that costs as much as everything else about them.
 */
export const PlainArg = (name: string, typeFunc: TypeFunction) =>
  createParameterDecorator(({ args }) => args[name], { arg: { name, typeFunc } });
