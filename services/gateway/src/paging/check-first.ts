import { badUserInput } from '../errors/refusals.js';

/** The largest page of a connection. */
export const maxPage = 200;
/** The largest page of timelines, logs and other plain lists. */
export const maxList = 1000;

/** Refuses a size that is not 1 to `max`; GraphQL's null means the default. */
export function checkFirst(
  value: number | null | undefined,
  preset: number,
  max: number = maxPage,
  name = 'first',
): number {
  const size = value ?? preset;
  if (size < 1 || size > max) throw badUserInput({ [name]: `must be 1 to ${max}` });
  return size;
}
