import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { ApiError } from '../errors/api-error.js';
import { badUserInput } from '../errors/refusals.js';
import { measureOperation, type OperationSize } from './operation-cost.js';
import { requestLimits } from './request-limits.js';

type Variables = Readonly<Record<string, unknown>>;

const introspectionFields: ReadonlySet<string> = new Set(['__schema', '__type']);
const nothing: ReadonlySet<string> = new Set();

/** Sizes that depend on no variable, by operation: hot documents are measured once. */
const measured = new WeakMap<OperationDefinitionNode, OperationSize>();

/** Refuses an operation that is too deep, too aliased, too expensive, or whose list arguments are too long. */
export function checkSize(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
  introspection: boolean,
): ApiError | undefined {
  const { depth, aliases, cost } = sizeOf(schema, document, operation, variables, introspection);
  if (depth > requestLimits.depth) return tooMuch(`is ${depth} fields deep`, requestLimits.depth);
  if (aliases > requestLimits.aliases) return tooMuch(`has ${aliases} aliases`, requestLimits.aliases);
  if (cost > requestLimits.cost)
    return tooMuch(`costs ${cost} points; ask for fewer items or fields`, requestLimits.cost);
  const fields = longLists(schema, operation, variables);
  return fields && badUserInput(fields);
}

const tooMuch = (what: string, limit: number) =>
  new ApiError('GRAPHQL_VALIDATION_FAILED', `The operation ${what}; the limit is ${limit}.`);

function sizeOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
  introspection: boolean,
): OperationSize {
  const known = measured.get(operation);
  if (known) return known;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const exempt = introspection ? introspectionFields : nothing;
  const size = measureOperation(schema, operation, fragments, withDefaults(operation, variables), exempt);
  if (!operation.variableDefinitions?.some(isIntVariable)) measured.set(operation, size);
  return size;
}

type VariableDefinition = NonNullable<OperationDefinitionNode['variableDefinitions']>[number];

function isIntVariable({ type }: VariableDefinition): boolean {
  const inner = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  return inner.kind === Kind.NAMED_TYPE && inner.name.value === 'Int';
}

function withDefaults(operation: OperationDefinitionNode, variables: Variables): Variables {
  const all: Record<string, unknown> = {};
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    all[name] = variables[name] ?? (defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined);
  }
  return all;
}

/** Literal lists are bounded by the tokens of the document, so only variables are looked at. */
function longLists(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
): Record<string, string> | undefined {
  let found: Record<string, string> | undefined;
  for (const { variable, type: node } of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]);
    if (!isInputType(type)) continue;
    const path = longList(type, variables[variable.name.value], variable.name.value);
    if (path) found = { ...found, [path.at]: `has ${path.items} items; the limit is ${requestLimits.listItems}` };
  }
  return found;
}

function longList(type: GraphQLInputType, value: unknown, at: string): { at: string; items: number } | undefined {
  if (value === null || value === undefined) return undefined;
  if (isNonNullType(type)) return longList(type.ofType, value, at);
  if (isListType(type)) {
    if (!Array.isArray(value)) return longList(type.ofType, value, at);
    if (value.length > requestLimits.listItems) return { at, items: value.length };
    if (!isInputObjectType(isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType)) return undefined;
    for (const [index, item] of value.entries()) {
      const found = longList(type.ofType, item, `${at}.${index}`);
      if (found) return found;
    }
    return undefined;
  }
  if (!isInputObjectType(type) || typeof value !== 'object') return undefined;
  const fields = type.getFields();
  for (const [name, item] of Object.entries(value)) {
    const field = fields[name];
    if (!field || typeof item !== 'object') continue;
    const found = longList(field.type, item, `${at}.${name}`);
    if (found) return found;
  }
  return undefined;
}
