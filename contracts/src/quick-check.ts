import type { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';

/** True for a value that a schema accepts as it is. False says nothing: ask the schema. */
export type QuickCheck = (value: unknown) => boolean;

/** A process that checks little never pays for the compiler: some 50 ms and 10 MB. */
const WARM = 1_000;

/**
 * A schema's verdict about what is right, ten times as quick as its own: the schema as JSON Schema, compiled by ajv. It
 * is only ever asked first; whoever gets no, or needs to know why not, asks the schema. An unknown field is a no, so
 * that it is dropped by the schema whether this has been compiled yet or not.
 */
export function quickCheck(schema: z.ZodType, warm: number = WARM): QuickCheck {
  let asked = 0;
  let compiled: QuickCheck | undefined;
  return (value) => {
    if (compiled) return compiled(value);
    asked += 1;
    if (asked <= warm) return false;
    compiled = compile(schema);
    return compiled(value);
  };
}

function compile(schema: z.ZodType): QuickCheck {
  // Not imported: most programs never need it, and not all that read contracts run in Node.
  const require = globalThis.process?.getBuiltinModule?.('node:module').createRequire(import.meta.url);
  if (!require) return () => false;
  const { Ajv2020: Compiler } = require('ajv/dist/2020.js') as { Ajv2020: typeof Ajv2020 };
  const compiler = new Compiler({ strict: false, discriminator: true, validateFormats: false });
  const described = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' });
  return compiler.compile(withDiscriminators(described)) as QuickCheck;
}

type Node = { [keyword: string]: unknown };

/** Says of each union by which field its members are told apart: otherwise they are tried one after the other. */
function withDiscriminators<T>(node: T): T {
  if (Array.isArray(node)) return node.map(withDiscriminators) as T;
  if (typeof node !== 'object' || node === null) return node;
  const described: Node = Object.fromEntries(
    Object.entries(node).map(([keyword, value]) => [keyword, withDiscriminators(value)]),
  );
  const field = commonConst(described.oneOf);
  if (!field) return described as T;
  return { ...described, type: 'object', required: [field], discriminator: { propertyName: field } } as T;
}

function commonConst(members: unknown): string | undefined {
  if (!Array.isArray(members)) return undefined;
  const constsOf = (member: Node) =>
    Object.entries((member.properties ?? {}) as Record<string, Node>).flatMap(([name, schema]) =>
      'const' in schema ? [name] : [],
    );
  const [first, ...others] = members as Node[];
  return first && constsOf(first).find((name) => others.every((member) => constsOf(member).includes(name)));
}
