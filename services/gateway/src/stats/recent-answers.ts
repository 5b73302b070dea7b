interface Answer {
  at: number;
  promise: Promise<unknown>;
}

const recent = new WeakMap<object, Map<string, Answer>>();
const MOST = 100;

/**
 * One answer for all who ask the same within `ms`: subscribers that look at the same figures share one look.
 * @param owner whose answers these are, such as the database that is asked
 */
export function recentAnswer<T>(
  owner: object,
  key: string,
  now: number,
  ms: number,
  load: () => Promise<T>,
): Promise<T> {
  const answers = recent.get(owner) ?? new Map<string, Answer>();
  recent.set(owner, answers);
  const known = answers.get(key);
  if (known && now - known.at < ms) return known.promise as Promise<T>;
  const promise = load();
  if (answers.size >= MOST) answers.clear();
  answers.set(key, { at: now, promise });
  return promise;
}
