import type { RunFilter } from '../generated/graphql';

/** The address of the dead letters page: `?job=email.send&group=<fingerprint>`. */
export type DlqSearch = { job?: string; group?: string };

/** The open dead letters that the address means; of these groups only, if any are given. */
export function letterFilter(search: DlqSearch, groups: readonly string[] = []): RunFilter {
  const chosen = search.group ? [search.group] : groups;
  return {
    deadLetter: ['OPEN'],
    ...(search.job ? { jobs: [search.job] } : {}),
    ...(chosen.length > 0 ? { fingerprints: [...chosen] } : {}),
  };
}

/** "1 dead letter", "12 dead letters". */
export const lettersInWords = (count: number): string =>
  `${count.toLocaleString('en')} dead letter${count === 1 ? '' : 's'}`;
