import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/**
 * What a schema finds wrong, in words for whoever sent it: "must be a whole number", "must be at most 10". A message that
 * a schema states itself stays as it is.
 */
export function plainIssue(issue: Issue): string {
  if (!isLibrarys(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      if (/received undefined$/.test(issue.message)) return 'is required';
      return `must be ${TYPES[issue.expected] ?? `of type ${issue.expected}`}`;
    case 'too_big':
      return `must ${bound(issue.origin, 'at most', Number(issue.maximum), issue.inclusive)}`;
    case 'too_small':
      if (issue.origin === 'string' && Number(issue.minimum) === 1) return 'must not be empty';
      return `must ${bound(issue.origin, 'at least', Number(issue.minimum), issue.inclusive)}`;
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'is not of the form that is needed here';
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return 'is not known here';
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${String(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return 'is of none of the kinds that are possible here';
    case 'invalid_key': {
      // What is wrong with the key stands one level deeper.
      const [why] = issue.issues;
      return why ? plainIssue(why) : 'has a name that is not possible here';
    }
    case 'invalid_element':
      return 'holds something that is not possible here';
    case 'custom':
      return 'is not possible here';
    default:
      return issue satisfies never;
  }
}

/** How zod begins the messages of its own. */
const isLibrarys = (message: string): boolean => /^(Invalid|Too (big|small)|Unrecognized key)/.test(message);

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  nan: 'a number',
};

const FORMATS: Readonly<Record<string, string>> = {
  email: 'must be an email address',
  url: 'must be a URL',
  uuid: 'must be a UUID',
  datetime: 'must be an instant such as 2026-01-31T12:00:00.000Z',
  safeint: 'must be a whole number',
};

function bound(origin: string, which: 'at most' | 'at least', limit: number, inclusive = true): string {
  const strictly = which === 'at most' ? 'less than' : 'more than';
  const size = `${inclusive ? which : strictly} ${limit}`;
  if (origin === 'string') return `have ${size} ${limit === 1 ? 'character' : 'characters'}`;
  if (origin === 'array' || origin === 'set') return `have ${size} ${limit === 1 ? 'item' : 'items'}`;
  return `be ${size}`;
}
