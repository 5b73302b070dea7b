import { closestName } from '@jobflow/contracts';
import { kindOf } from './kind-of.js';

/** The names of all options of a kind; the compiler sees to it that none is missing, and none too many. */
export type OptionNames<T> = { readonly [K in keyof T]-?: true };

/**
 * Refuses what is no object of options, and every option that there is not: a mistyped name must not be a default in
 * disguise. Also of those whose options were spread together, where the compiler does not look.
 * @param whose what has the options: `job "mail"`
 * @param at where they are, if not at the top: `retry.`
 * @throws TypeError
 */
export function checkOptions(whose: string, options: unknown, names: Readonly<Record<string, unknown>>, at = ''): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${whose}: the options must be an object, not ${kindOf(options)}`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const meant = closestName(name, Object.keys(names));
    const instead =
      meant === undefined
        ? `there are ${Object.keys(names).join(', ')}`
        : `did you mean ${JSON.stringify(at + meant)}?`;
    throw new TypeError(`${whose}: unknown option ${JSON.stringify(at + name)}; ${instead}`);
  }
}
