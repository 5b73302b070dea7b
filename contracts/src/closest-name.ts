/** Longer than any name that somebody could have meant. */
const LONGEST = 64;

/**
 * Which of the known names was probably meant, if one is near: one in four letters left out, added, exchanged or taken for
 * another at most, large or small, or an end left out or added (`timeoutMs` for `timeout`).
 */
export function closestName(given: string, known: Iterable<string>): string | undefined {
  if (given.length > LONGEST) return undefined;
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(given.length / 4)) + 1;
  for (const name of known) {
    const far = farness(given.toLowerCase(), name.toLowerCase());
    if (far < least) [nearest, least] = [name, far];
  }
  return nearest;
}

/** The beginning of a name, if it is no accident, is as near as a letter. */
const SHORTEST_BEGINNING = 3;

function farness(given: string, name: string): number {
  const [short, long] = given.length < name.length ? [given, name] : [name, given];
  const begins = short.length >= SHORTEST_BEGINNING && long.startsWith(short);
  return begins ? Math.min(1, long.length - short.length) : distance(given, name);
}

/** How many letters to add, take away, replace or exchange with the next one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, at(before, j - 2) + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return at(last, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
