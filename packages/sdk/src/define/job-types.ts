import type { Handler } from './define-handler.js';
import type { JobDefinition } from './define-job.js';

/** Carries the types of a definition past the compiler; there is no such property at run time. */
export declare const TYPES: unique symbol;

/** What names a job and knows its types: what defineHandler or defineJob returned. */
// biome-ignore lint/suspicious/noExplicitAny: jobs of different inputs and results are all jobs
export type AnyJob = Handler<any, any> | JobDefinition<any, any>;

/** What is sent to a job: of zod, the schema's input, so that defaults may be left out. */
export type InputFor<J> = J extends { readonly [TYPES]?: { input: infer I; result: unknown } } ? I : never;

/** What a run of a job results in, as it comes back from JSON. */
export type ResultFor<J> = J extends { readonly [TYPES]?: { input: unknown; result: infer R } } ? R : never;

type IsAny<T> = 0 extends 1 & T ? true : false;

/** A value after its way through JSON: dates are strings, functions are gone, nothing is null. */
export type Serialized<T> =
  IsAny<T> extends true
    ? T
    : T extends string | number | boolean | null
      ? T
      : T extends { toJSON(): infer J }
        ? Serialized<J>
        : T extends readonly unknown[]
          ? { -readonly [K in keyof T]: Serialized<T[K]> }
          : // biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing returns void
            T extends undefined | void | symbol | ((...args: never[]) => unknown)
            ? null
            : T extends object
              ? SerializedObject<T>
              : unknown;

/** What may be undefined may be absent. */
type SerializedObject<T> = Flat<
  { [K in keyof T as Fate<T[K]> extends 'stays' ? K : never]: Serialized<T[K]> } & {
    [K in keyof T as Fate<T[K]> extends 'may be absent' ? K : never]?: Serialized<Exclude<T[K], undefined>>;
  }
>;
type Fate<V> =
  IsAny<V> extends true
    ? 'stays'
    : [V] extends [symbol | ((...args: never[]) => unknown)]
      ? 'goes'
      : undefined extends V
        ? 'may be absent'
        : 'stays';
type Flat<T> = { [K in keyof T]: T[K] };
