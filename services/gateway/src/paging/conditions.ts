/**
 * Conditions of a SQL statement and their parameters, gathered one by one. `?` stands for the value.
 * Values never become part of the text.
 */
export class Conditions {
  readonly texts: string[] = [];

  constructor(readonly params: unknown[] = []) {}

  /** Adds `text` unless the value is missing: GraphQL's null and undefined ask for nothing. */
  add(text: string, value: unknown): this {
    if (value === null || value === undefined) return this;
    return this.always(text, value);
  }

  /** Adds `text`, with any number of values. */
  always(text: string, ...values: unknown[]): this {
    let n = 0;
    this.texts.push(text.replace(/\?/g, () => this.param(values[n++])));
    return this;
  }

  /** A value as its placeholder. */
  param(value: unknown): string {
    this.params.push(value);
    return `$${this.params.length}`;
  }

  /** All of them together; `true` when there are none. */
  get sql(): string {
    return this.texts.length > 0 ? this.texts.map((text) => `(${text})`).join(' and ') : 'true';
  }
}

/** Text to be found anywhere by `ilike`, its own wildcards taken literally. */
export const anywhere = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
