import type { Json } from '@jobflow/contracts';

/** Leaves room for the rest of the result within 256 KiB. */
export const ROWS_BYTES = 240 * 1024;

/** The result of an SQL job. `rowCount`: rows in `rows`; of a statement that returns none, the rows it changed. */
export interface SqlResult {
  columns: string[];
  rows: { [column: string]: Json }[];
  rowCount: number;
  /** There were more rows than are kept. */
  truncated: boolean;
}

/** Gathers rows until there are enough of them, or enough bytes. */
export class SqlRows {
  readonly #maxRows: number;
  readonly #maxBytes: number;
  readonly rows: SqlResult['rows'] = [];
  columns: string[] = [];
  truncated = false;
  #bytes = 0;

  constructor(maxRows: number, maxBytes = ROWS_BYTES) {
    this.#maxRows = maxRows;
    this.#maxBytes = maxBytes;
  }

  /** Rows to ask for next, at most: one more than fits tells that there are more. */
  get wanted(): number {
    return this.#maxRows + 1 - this.rows.length;
  }

  named(names: readonly string[]): void {
    if (this.columns.length === 0) {
      this.columns = distinct(names);
      this.#bytes = Buffer.byteLength(JSON.stringify(this.columns));
    }
  }

  add(values: readonly unknown[]): void {
    if (this.truncated) return;
    const row = Object.fromEntries(this.columns.map((name, at) => [name, (values[at] ?? null) as Json]));
    const bytes = Buffer.byteLength(JSON.stringify(row)) + 1;
    if (this.rows.length === this.#maxRows || this.#bytes + bytes > this.#maxBytes) {
      this.truncated = true;
      return;
    }
    this.#bytes += bytes;
    this.rows.push(row);
  }
}

/** `select a.id, b.id` has two columns of one name: the second becomes `id_2`. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let n = 2; taken.has(own); n++) own = `${name}_${n}`;
    taken.add(own);
    return own;
  });
}
