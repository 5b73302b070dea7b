/**
 * Gives JSON values numbers: the same to equal ones and to no others, as JSON Schema has it. 1 and 1.0 are equal, objects
 * are whatever the order of their keys, `true` is not 1. Each value is walked once, however often it is asked about and
 * however deep it lies in another that was: a container is known by the numbers of what it holds.
 */
export class ValueNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #containers = new Map<object, number>();

  of(value: unknown): number {
    if (typeof value !== 'object' || value === null) return this.#number(`${typeof value} ${String(value)}`);
    let number = this.#containers.get(value);
    if (number === undefined) {
      number = this.#number(
        Array.isArray(value) ? `[${value.map((item) => this.of(item)).join()}` : this.#fields(value),
      );
      this.#containers.set(value, number);
    }
    return number;
  }

  #fields(object: object): string {
    const fields = Object.entries(object).map(([key, value]) => `${this.of(key)}:${this.of(value)}`);
    return `{${fields.sort().join()}`;
  }

  #number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}
