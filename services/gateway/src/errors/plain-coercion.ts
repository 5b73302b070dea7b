import { type GraphQLInputType, getNamedType, isEnumType } from 'graphql';

/** What is wrong with one value, and the field it is about if that lies below the value. */
export interface PlainFault {
  field?: string;
  text: string;
}

/** graphql's message about a value it does not take, in words for whoever sent it. */
export function plainCoercion(message: string, value: unknown, type: GraphQLInputType): PlainFault {
  const missing = /^Field "(\w+)" of required type "[^"]+" was not provided/.exec(message);
  if (missing?.[1]) return { field: missing[1], text: 'is required' };
  const unknown = /^Field "(\w+)" is not defined by type/.exec(message);
  if (unknown?.[1]) return { field: unknown[1], text: 'is not known here' };
  if (/^Expected non-nullable type/.test(message)) return { text: 'must not be null' };
  if (/^Expected type "[^"]+" to be an object/.test(message))
    return { text: `must be an object, not ${kindOf(value)}` };
  const named = getNamedType(type);
  if (isEnumType(named)) {
    const names = named.getValues().map(({ name }) => name);
    return { text: `must be one of ${names.join(', ')}, not ${shown(value)}` };
  }
  // What was sent as text may be a secret, whatever it was sent as: it is never said back.
  if (named.name === 'String' || named.name === 'ID') return { text: `must be text, not ${kindOf(value)}` };
  const what = SCALARS[named.name];
  return { text: what === undefined ? message : `must be ${what}, not ${shown(value)}` };
}

const SCALARS: Readonly<Record<string, string>> = {
  Int: 'a whole number of at most 32 bits',
  SafeInt: 'a whole number',
  Float: 'a number',
  Boolean: 'true or false',
  DateTime: 'an instant such as 2026-01-31T12:00:00.000Z',
};

const LONGEST = 60;

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'object':
      return 'an object';
    case 'boolean':
      return 'true or false';
    default:
      return 'a number';
  }
}

function shown(value: unknown): string {
  if (typeof value === 'object') return kindOf(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
