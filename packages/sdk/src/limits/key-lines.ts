/** Who waits for which key, in the order of their places. */
export class KeyLines<E extends { since: number }> {
  readonly #lines = new Map<string, E[]>();
  readonly #keys = new Map<E, string>();

  join(key: string, entry: E): void {
    this.leave(entry);
    this.#keys.set(entry, key);
    const line = this.#lines.get(key);
    if (!line) {
      this.#lines.set(key, [entry]);
      return;
    }
    // Most come last.
    let at = line.length;
    while (at > 0 && (line[at - 1]?.since ?? 0) > entry.since) at -= 1;
    line.splice(at, 0, entry);
  }

  leave(entry: E): void {
    const key = this.#keys.get(entry);
    if (key === undefined) return;
    this.#keys.delete(entry);
    const line = this.#lines.get(key) ?? [];
    line.splice(line.indexOf(entry), 1);
    if (line.length === 0) this.#lines.delete(key);
  }

  /** A copy, so that it may change while it is gone through. */
  of(key: string, most = 16): E[] {
    return this.#lines.get(key)?.slice(0, most) ?? [];
  }
}
