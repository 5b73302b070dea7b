interface Node<T> {
  key: string;
  at: number;
  value: T;
  index: number;
}

/** What is due when, earliest first: one entry per key, replaced or removed in O(log n). */
export class TimeHeap<T> {
  #nodes: Node<T>[] = [];
  #byKey = new Map<string, Node<T>>();

  get size(): number {
    return this.#nodes.length;
  }

  get(key: string): { at: number; value: T } | undefined {
    return this.#byKey.get(key);
  }

  /** The earliest instant, if there is any. */
  nextAt(): number | undefined {
    return this.#nodes[0]?.at;
  }

  set(key: string, at: number, value: T): void {
    const known = this.#byKey.get(key);
    if (known) {
      known.at = at;
      known.value = value;
      this.#settle(known);
      return;
    }
    const node = { key, at, value, index: this.#nodes.length };
    this.#nodes.push(node);
    this.#byKey.set(key, node);
    this.#settle(node);
  }

  delete(key: string): boolean {
    const node = this.#byKey.get(key);
    if (!node) return false;
    this.#byKey.delete(key);
    const last = this.#nodes.pop();
    if (last && last !== node) {
      this.#place(last, node.index);
      this.#settle(last);
    }
    return true;
  }

  /** Takes out, earliest first, at most `most` entries that are due at `now`. */
  takeDue(now: number, most: number): { key: string; at: number; value: T }[] {
    const due: { key: string; at: number; value: T }[] = [];
    for (let first = this.#nodes[0]; first && first.at <= now && due.length < most; first = this.#nodes[0]) {
      due.push({ key: first.key, at: first.at, value: first.value });
      this.delete(first.key);
    }
    return due;
  }

  /** Removes every entry that the test names. */
  drop(test: (value: T, key: string) => boolean): void {
    for (const node of [...this.#nodes]) if (test(node.value, node.key)) this.delete(node.key);
  }

  values(): T[] {
    return this.#nodes.map((node) => node.value);
  }

  #place(node: Node<T>, index: number): void {
    node.index = index;
    this.#nodes[index] = node;
  }

  #settle(node: Node<T>): void {
    for (let above = this.#above(node); above && above.at > node.at; above = this.#above(node)) this.#swap(above, node);
    for (let below = this.#below(node); below && below.at < node.at; below = this.#below(node)) this.#swap(node, below);
  }

  #above(node: Node<T>): Node<T> | undefined {
    return node.index > 0 ? this.#nodes[(node.index - 1) >> 1] : undefined;
  }

  #below(node: Node<T>): Node<T> | undefined {
    const left = this.#nodes[2 * node.index + 1];
    const right = this.#nodes[2 * node.index + 2];
    return right && left && right.at < left.at ? right : left;
  }

  #swap(a: Node<T>, b: Node<T>): void {
    const { index } = a;
    this.#place(a, b.index);
    this.#place(b, index);
  }
}
