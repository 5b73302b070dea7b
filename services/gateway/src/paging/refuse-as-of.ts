import { badUserInput } from '../errors/refusals.js';

/** Answers are of now. A time in the past is refused rather than ignored. */
export function refuseAsOf(asOf: Date | null | undefined): void {
  if (asOf) throw badUserInput({ asOf: 'is not supported yet: leave it out to see the present' });
}
