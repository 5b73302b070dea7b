import type { JobState, Json } from '@jobflow/contracts';
import { Ajv, type AnySchema, type CodeOptions, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { boundedCheck, CheckTooSlow, type Patience, TRIES, watched } from './bounded-check.js';
import { boundedFormat, boundedPattern } from './bounded-pattern.js';
import { sizeOf } from './size-of.js';
import { forgetValues, uniqueItems } from './unique-items.js';

export type { Patience } from './bounded-check.js';

/** The largest inputSchema of a job, as JSON. */
export const SCHEMA_BYTES = 64 * 1024;
const SHOWN = 20;
/** ajv takes 5 s for some schemas of that size, and blocks everything meanwhile: such a one is not accepted. */
const COMPILE_MS = 1_000;
/** What may be spent on a lone input, a first compilation for its job included. */
const ALONE_MS = 2_000;
/** A schema that could not be compiled in time is tried again after this: the machine may have had a bad moment. */
const AGAIN_MS = 60_000;

const options: Options = {
  strict: false,
  allErrors: true,
  // Two jobs may use the same $id, and neither may refer to the other's.
  addUsedSchema: false,
  logger: false,
  code: { regExp: boundedPattern } satisfies CodeOptions,
};

type Compiler = Pick<Ajv, 'compile'>;
const drafts: { pattern: RegExp; make: () => Compiler; made?: Compiler | undefined; uses: number }[] = [
  { pattern: /json-schema\.org\/draft\/2020-12\/schema/, make: () => prepared(new Ajv2020(options)), uses: 0 },
  { pattern: /json-schema\.org\/draft\/2019-09\/schema/, make: () => prepared(new Ajv2019(options)), uses: 0 },
  { pattern: /json-schema\.org\/(draft-07\/)?schema/, make: () => prepared(new Ajv(options)), uses: 0 },
];
/** A compiler remembers everything it ever compiled, so it is replaced after this many. */
const USES = 200;

function prepared<T extends Ajv | Ajv2019 | Ajv2020>(ajv: T): T {
  formats.default(ajv as unknown as Ajv);
  for (const [name, format] of Object.entries(ajv.formats)) {
    if (format) ajv.formats[name] = boundedFormat(name, format) as typeof format;
  }
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword(uniqueItems);
  return ajv;
}

/** `starved`: too slow for want of a processor, which says nothing of the schema. */
export type Compiled =
  | { ok: true; schema: CompiledSchema }
  | { ok: false; reason: string; tooSlow?: boolean; starved?: boolean };

const STARVED = 'could not be compiled, since this machine is too busy; try again';

export interface CompiledSchema {
  validate: ValidateFunction;
  /** How many steps a check takes at most for each character of the input, what its patterns take aside. */
  stepsEach: number;
}

/** What refers to a schema may do so again and again, each time twice. */
const REFERENCE = /"\$(ref|dynamicRef|recursiveRef)"/;

/** Compiles a JSON Schema (2020-12 unless its $schema says 2019-09 or draft 7). References stay inside it. */
export function compileSchema(schema: Json, mostMs = COMPILE_MS): Compiled {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema))) {
    return { ok: false, reason: 'must be a JSON Schema: an object, or true or false' };
  }
  const text = JSON.stringify(schema);
  const bytes = Buffer.byteLength(text);
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
    const validate = watched(
      mostMs,
      () => {
        const made = draft.made ?? draft.make();
        draft.made = undefined;
        try {
          return made.compile(schema as AnySchema);
        } finally {
          // Not after an interruption, which nothing runs after: nobody knows what the compiler remembers then.
          draft.made = made;
        }
      },
      TRIES,
    );
    // Without references each part of a schema looks at each part of an input once.
    return { ok: true, schema: { validate, stepsEach: REFERENCE.test(text) ? Number.POSITIVE_INFINITY : text.length } };
  } catch (error) {
    if (error instanceof CheckTooSlow) {
      if (error.starved) return { ok: false, reason: STARVED, tooSlow: true, starved: true };
      return { ok: false, reason: 'takes too long to compile: it must be simpler', tooSlow: true };
    }
    return { ok: false, reason: `is not a usable JSON Schema: ${(error as Error).message}` };
  } finally {
    // ajv checks a schema by a schema.
    forgetValues();
  }
}

/** By the schema itself: a definition in memory is one object until it changes, and its validator goes with it. */
const known = new WeakMap<object, { compiled: Compiled; until: number }>();

/**
 * What of the input the job's schema refuses, by path: `{ 'input.user.id': 'must be number' }`. An input that takes too
 * long to check is refused.
 * @param patience what a request that has many inputs has for all of them; each uses up what it took
 */
export function schemaProblems(
  { inputSchema }: Pick<JobState, 'inputSchema'>,
  input: Json | undefined,
  patience: Patience = { leftMs: ALONE_MS },
): Record<string, string> {
  if (inputSchema === undefined || inputSchema === true) return {};
  if (typeof inputSchema !== 'object' || inputSchema === null)
    return { input: "is refused by the job's inputSchema, whatever it is" };
  if (!(patience.leftMs > 0))
    return { input: 'was not checked: the inputs before it took all the time there is for one request' };
  const began = performance.now();
  try {
    const compiled = compiledOf(inputSchema, patience, began);
    if (!compiled.ok) return { input: `cannot be checked: the job's inputSchema ${compiled.reason}` };
    return problemsOf(compiled.schema, input ?? null, patience);
  } finally {
    patience.leftMs -= performance.now() - began;
  }
}

function compiledOf(inputSchema: object, { leftMs }: Patience, now: number): Compiled {
  const remembered = known.get(inputSchema);
  if (remembered && now < remembered.until) return remembered.compiled;
  const compiled = compileSchema(inputSchema as Json, leftMs);
  if (compiled.ok || !compiled.tooSlow) known.set(inputSchema, { compiled, until: Number.POSITIVE_INFINITY });
  // With less time than others have it proves nothing.
  else if (leftMs >= COMPILE_MS && !compiled.starved) known.set(inputSchema, { compiled, until: now + AGAIN_MS });
  return compiled;
}

/** Of an input larger than this nobody needs to know how large: with a schema of more than ten characters it is watched. */
const LARGE = 1_000_000;

function problemsOf({ validate, stepsEach }: CompiledSchema, input: Json, patience: Patience): Record<string, string> {
  const steps = stepsEach === Number.POSITIVE_INFINITY ? stepsEach : stepsEach * sizeOf(input, LARGE);
  try {
    if (boundedCheck(steps, patience, () => validate(input))) return {};
  } catch (error) {
    if (error instanceof CheckTooSlow) return { input: error.message };
    if ((error as Error).name === 'RangeError') return { input: "is nested too deeply for the job's inputSchema" };
    throw error;
  } finally {
    forgetValues();
  }
  const problems: Record<string, string> = {};
  for (const error of validate.errors?.slice(0, SHOWN) ?? []) problems[pathOf(error)] ??= messageOf(error);
  validate.errors = null;
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
