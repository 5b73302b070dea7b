import type { JobState, Json } from '@jobflow/contracts';
import { Ajv, type AnySchema, type CodeOptions, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { boundedPattern, PatternTooSlow } from './bounded-pattern.js';

/** The largest inputSchema of a job, as JSON. */
export const SCHEMA_BYTES = 64 * 1024;
const SHOWN = 20;

const options: Options = {
  strict: false,
  allErrors: true,
  // Two jobs may use the same $id, and neither may refer to the other's.
  addUsedSchema: false,
  logger: false,
  code: { regExp: boundedPattern } satisfies CodeOptions,
};

type Compiler = Pick<Ajv, 'compile'>;
const drafts: { pattern: RegExp; make: () => Compiler; made?: Compiler; uses: number }[] = [
  { pattern: /json-schema\.org\/draft\/2020-12\/schema/, make: () => withFormats(new Ajv2020(options)), uses: 0 },
  { pattern: /json-schema\.org\/draft\/2019-09\/schema/, make: () => withFormats(new Ajv2019(options)), uses: 0 },
  { pattern: /json-schema\.org\/(draft-07\/)?schema/, make: () => withFormats(new Ajv(options)), uses: 0 },
];
/** A compiler remembers everything it ever compiled, so it is replaced after this many. */
const USES = 200;

function withFormats<T extends Ajv | Ajv2019 | Ajv2020>(ajv: T): T {
  formats.default(ajv as unknown as Ajv);
  return ajv;
}

export type Compiled = { ok: true; validate: ValidateFunction } | { ok: false; reason: string };

/** Compiles a JSON Schema (2020-12 unless its $schema says 2019-09 or draft 7). References stay inside it. */
export function compileSchema(schema: Json): Compiled {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema))) {
    return { ok: false, reason: 'must be a JSON Schema: an object, or true or false' };
  }
  const bytes = Buffer.byteLength(JSON.stringify(schema));
  if (bytes > SCHEMA_BYTES)
    return { ok: false, reason: `is ${bytes} bytes of JSON; at most ${SCHEMA_BYTES} are allowed` };
  const stated = typeof schema === 'object' ? schema.$schema : undefined;
  const draft = stated === undefined ? drafts[0] : drafts.find(({ pattern }) => pattern.test(String(stated)));
  if (!draft) {
    return { ok: false, reason: `has the unknown $schema ${JSON.stringify(stated)}; use 2020-12, 2019-09 or draft-07` };
  }
  try {
    if (!draft.made || ++draft.uses > USES) {
      draft.made = draft.make();
      draft.uses = 0;
    }
    return { ok: true, validate: draft.made.compile(schema as AnySchema) };
  } catch (error) {
    return { ok: false, reason: `is not a usable JSON Schema: ${(error as Error).message}` };
  }
}

/** By the schema itself: a definition in memory is one object until it changes, and its validator goes with it. */
const validators = new WeakMap<object, ValidateFunction>();

/** What of the input the job's schema refuses, by path: `{ 'input.user.id': 'must be number' }`. */
export function schemaProblems(
  { inputSchema }: Pick<JobState, 'inputSchema'>,
  input: Json | undefined,
): Record<string, string> {
  if (inputSchema === undefined || inputSchema === true) return {};
  if (typeof inputSchema !== 'object' || inputSchema === null)
    return { input: "is refused by the job's inputSchema, whatever it is" };
  let validate = validators.get(inputSchema);
  if (!validate) {
    const compiled = compileSchema(inputSchema);
    if (!compiled.ok) return { input: `cannot be checked: the job's inputSchema ${compiled.reason}` };
    validate = compiled.validate;
    validators.set(inputSchema, validate);
  }
  return problemsOf(validate, input ?? null);
}

function problemsOf(validate: ValidateFunction, input: Json): Record<string, string> {
  try {
    if (validate(input)) return {};
  } catch (error) {
    if (error instanceof PatternTooSlow) return { input: error.message };
    if (error instanceof RangeError) return { input: "is nested too deeply for the job's inputSchema" };
    throw error;
  }
  const problems: Record<string, string> = {};
  for (const error of (validate.errors ?? []).slice(0, SHOWN)) problems[pathOf(error)] ??= messageOf(error);
  return problems;
}

function pathOf({ instancePath, params, keyword }: ErrorObject): string {
  const at = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const missing = keyword === 'required' || keyword === 'dependentRequired' ? params.missingProperty : undefined;
  const extra = params.additionalProperty ?? params.unevaluatedProperty;
  return ['input', ...at, ...[missing ?? extra].filter((part) => part !== undefined)].join('.');
}

function messageOf({ keyword, message, params }: ErrorObject): string {
  if (keyword === 'required') return 'is required';
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties')
    return 'is not a property of this input';
  if (keyword === 'enum') return `must be one of ${JSON.stringify(params.allowedValues).slice(0, 200)}`;
  return message ?? `does not satisfy ${keyword}`;
}
