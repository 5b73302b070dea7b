import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/*
 * What answering an operation costs, in points: one for each field that has to look something up (it answers an entity
 * or a list of objects, or takes arguments), multiplied by the sizes of the lists around it. Plain values are free, and so are the nodes of
 * a connection: one look-up finds all of them. `runs(first: 200) { nodes { id worker { id } } }` = 1 + 200 × 1. A field
 * whose cost is another states it as its complexity: a number, or a function of its arguments that are whole numbers.
 */

export interface OperationSize {
  depth: number;
  aliases: number;
  cost: number;
}

type Variables = Readonly<Record<string, unknown>>;

/** List fields without a size argument hold about this many. */
const usualListSize = 10;

/**
 * Measures an operation, with its fragments spread out. The document must be valid (no fragment cycles).
 * @param exempt root fields that count for nothing, such as `__schema` where introspection is on
 */
export function measureOperation(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Variables,
  exempt: ReadonlySet<string>,
): OperationSize {
  const root = schema.getRootType(operation.operation);
  if (!root) return { depth: 0, aliases: 0, cost: 0 };
  const known = new Map<string, OperationSize>();

  const ofSelections = (parent: GraphQLCompositeType | undefined, set: SelectionSetNode, pageSize: number) => {
    const total: OperationSize = { depth: 0, aliases: 0, cost: 0 };
    for (const selection of set.selections) {
      let part: OperationSize;
      if (selection.kind === Kind.FIELD) {
        part = ofField(parent, selection, pageSize);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        part = ofSelections(typeNamed(selection.typeCondition?.name.value) ?? parent, selection.selectionSet, pageSize);
      } else {
        part = ofFragment(selection.name.value, pageSize);
      }
      total.depth = Math.max(total.depth, part.depth);
      total.aliases += part.aliases;
      total.cost += part.cost;
    }
    return total;
  };

  const typeNamed = (name: string | undefined): GraphQLCompositeType | undefined => {
    const type = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  };

  // Each fragment is measured once per page size: spreads of spreads would otherwise grow exponentially.
  const ofFragment = (name: string, pageSize: number): OperationSize => {
    const key = `${name}:${pageSize}`;
    let size = known.get(key);
    const fragment = fragments.get(name);
    if (!size && fragment) {
      size = ofSelections(typeNamed(fragment.typeCondition.name.value), fragment.selectionSet, pageSize);
      known.set(key, size);
    }
    return size ?? { depth: 0, aliases: 0, cost: 0 };
  };

  const ofField = (parent: GraphQLCompositeType | undefined, node: FieldNode, pageSize: number): OperationSize => {
    const name = node.name.value;
    if (exempt.has(name)) return { depth: 0, aliases: 0, cost: 0 };
    const aliases = node.alias ? 1 : 0;
    const field = isObjectType(parent) ? parent.getFields()[name] : undefined;
    const type = field && getNamedType(field.type);
    const inner = isCompositeType(type) ? type : undefined;
    const inPage = field !== undefined && isConnection(parent?.name);
    const size = inPage ? pageSize : field ? listSize(field, node, variables, inner?.name) : 1;
    const own = field ? ownCost(field, node, variables, inner, parent) : 0;
    if (!node.selectionSet) return { depth: 1, aliases, cost: own };
    const below = ofSelections(inner, node.selectionSet, isConnection(inner?.name) ? size : 1);
    // A connection hands its size down to nodes and edges; everything else multiplies right here.
    const times = isConnection(inner?.name) ? 1 : size;
    return { depth: below.depth + 1, aliases: below.aliases + aliases, cost: own + times * below.cost };
  };

  return ofSelections(root, operation.selectionSet, 1);
}

const isConnection = (name: string | undefined): boolean => name?.endsWith('Connection') === true;
const isEdge = (name: string | undefined): boolean => name?.endsWith('Edge') === true;

function ownCost(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Variables,
  inner: GraphQLCompositeType | undefined,
  parent: GraphQLCompositeType | undefined,
): number {
  const stated = field.extensions.complexity;
  if (typeof stated === 'number') return stated;
  if (typeof stated === 'function') return stated({ args: sizesOf(field, node, variables) });
  if (isConnection(parent?.name) || isEdge(parent?.name)) return 0;
  if (field.args.length > 0) return 1;
  return inner && (isEntity(inner) || isListType(unwrapped(field))) ? 1 : 0;
}

/** The arguments that are whole numbers; one below nothing, which will be refused, lowers no cost. */
function sizesOf(field: GraphQLField<unknown, unknown>, node: FieldNode, variables: Variables): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const { name, defaultValue } of field.args) {
    const given = node.arguments?.find((argument) => argument.name.value === name);
    const size = (given && literal(given.value, variables)) ?? defaultValue;
    if (typeof size === 'number') sizes[name] = Math.max(0, size);
  }
  return sizes;
}

/** Entities have an identity of their own, so that a field that answers one is a look-up. */
function isEntity(type: GraphQLCompositeType): boolean {
  return isObjectType(type) && Object.values(type.getFields()).some((field) => String(field.type) === 'ID!');
}

function listSize(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Variables,
  inner: string | undefined,
): number {
  if (!isListType(unwrapped(field)) && !isConnection(inner)) return 1;
  for (const name of ['last', 'first', 'count']) {
    const given = node.arguments?.find((argument) => argument.name.value === name);
    const size = given ? literal(given.value, variables) : undefined;
    if (typeof size === 'number' && size >= 0) return size;
  }
  for (const name of ['last', 'first', 'count']) {
    const preset = field.args.find((argument) => argument.name === name)?.defaultValue;
    if (typeof preset === 'number') return preset;
  }
  return usualListSize;
}

const unwrapped = ({ type }: GraphQLField<unknown, unknown>) => (isNonNullType(type) ? type.ofType : type);

function literal(value: ValueNode, variables: Variables): unknown {
  if (value.kind === Kind.VARIABLE) return variables[value.name.value];
  return value.kind === Kind.INT ? Number(value.value) : undefined;
}
