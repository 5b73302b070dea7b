import type { ErrorObject, FuncKeywordDefinition } from 'ajv';
import { ValueNumbers } from './value-numbers.js';

interface Validate {
  (items: readonly unknown[]): boolean;
  errors?: Partial<ErrorObject>[];
}

let numbers: ValueNumbers | undefined;

/** What was seen in one check is of no use to the next. */
export function forgetValues(): void {
  numbers = undefined;
}

/** `uniqueItems` as ajv has it, but for its cost: ajv compares every item with every other. */
export const uniqueItems: FuncKeywordDefinition & { keyword: string } = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  errors: true,
  compile(unique: boolean) {
    const validate: Validate = (items) => {
      if (!unique || items.length < 2) return true;
      numbers ??= new ValueNumbers();
      const places = new Map<number, number>();
      for (const [i, item] of items.entries()) {
        const number = numbers.of(item);
        const j = places.get(number);
        if (j !== undefined) {
          const message = `must NOT have duplicate items (items ## ${j} and ${i} are identical)`;
          validate.errors = [{ keyword: 'uniqueItems', params: { i, j }, message }];
          return false;
        }
        places.set(number, i);
      }
      return true;
    };
    return validate;
  },
};
