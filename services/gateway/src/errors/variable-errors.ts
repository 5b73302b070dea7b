import {
  coerceInputValue,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type ValueNode,
  visit,
} from 'graphql';
import { plainCoercion } from './plain-coercion.js';

/**
 * What is wrong with an operation's variables, by the path of the argument each is used for:
 * `$job = {priority: "x"}` used as `createJob(input: $job)` gives `{"input.priority": "must be a whole number …"}`.
 * Undefined when graphql would accept them all.
 */
export function variableErrors(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const { variable, type: node, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    const type = typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]);
    if (!isInputType(type)) continue;
    const value = variables[name];
    const note = (path: readonly (string | number)[], message: string) => {
      const at = [argumentPath(document, name), ...path].join('.');
      if (Object.keys(found).length < 100) found[at] ??= message;
    };
    if (value === undefined) {
      if (isNonNullType(type) && !defaultValue) note([], 'is required');
    } else if (value === null) {
      if (isNonNullType(type)) note([], 'must not be null');
    } else {
      coerceInputValue(value, type, (path, invalid, error) => {
        const { field, text } = plainCoercion(error.message, invalid, typeAt(type, path));
        note(field === undefined ? path : [...path, field], text);
      });
    }
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** The type of what lies at a path of a value of this type. */
function typeAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType {
  let at = getNullableType(type);
  for (const key of path) {
    if (isListType(at)) at = getNullableType(at.ofType);
    // A single item stands for a list of one.
    if (typeof key === 'number') continue;
    const field = isInputObjectType(at) ? at.getFields()[key] : undefined;
    if (field) at = getNullableType(field.type);
  }
  return at;
}

/** Where a variable goes: the argument's name, with the path inside its literal if there is one. */
function argumentPath(document: DocumentNode, variable: string): string {
  let path: string | undefined;
  visit(document, {
    Argument(node) {
      path ??= pathIn(node.value, variable, node.name.value);
    },
  });
  return path ?? variable;
}

function pathIn(value: ValueNode, variable: string, at: string): string | undefined {
  if (value.kind === Kind.VARIABLE) return value.name.value === variable ? at : undefined;
  if (value.kind === Kind.LIST) {
    for (const [index, item] of value.values.entries()) {
      const found = pathIn(item, variable, `${at}.${index}`);
      if (found) return found;
    }
  }
  if (value.kind === Kind.OBJECT) {
    for (const field of value.fields) {
      const found = pathIn(field.value, variable, `${at}.${field.name.value}`);
      if (found) return found;
    }
  }
  return undefined;
}
