/** How much a JSON value holds, in characters and values; anything above `most` once it is more. */
export function sizeOf(value: unknown, most: number): number {
  const open: unknown[] = [value];
  let size = 0;
  while (open.length > 0 && size <= most) {
    const next = open.pop();
    size += typeof next === 'string' ? next.length + 1 : 1;
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next)) {
      if (size + next.length > most) return size + next.length;
      for (const item of next) open.push(item);
      continue;
    }
    for (const key of Object.keys(next)) {
      size += key.length + 1;
      open.push((next as Record<string, unknown>)[key]);
    }
  }
  return size;
}
