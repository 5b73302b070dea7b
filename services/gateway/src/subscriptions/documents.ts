import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { requestLimits } from '../limits/request-limits.js';

const remembered = 1_000;
/** A document longer than this is not remembered. */
const longest = 20_000;

export type ParsedDocument = { ok: true; document: DocumentNode } | { ok: false; errors: readonly GraphQLError[] };

/** Parses and validates documents by the same rules Apollo is given for HTTP; remembers the valid ones. */
export function createDocuments(schema: GraphQLSchema, introspection: boolean): (query: string) => ParsedDocument {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const known = new Map<string, DocumentNode>();
  return (query) => {
    const seen = known.get(query);
    if (seen) return { ok: true, document: seen };
    let document: DocumentNode;
    try {
      document = parse(query, { maxTokens: requestLimits.tokens });
    } catch (error) {
      return { ok: false, errors: [coded(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')] };
    }
    const errors = validate(schema, document, rules, { maxErrors: 20 });
    if (errors.length > 0) return { ok: false, errors: errors.map((e) => coded(e, 'GRAPHQL_VALIDATION_FAILED')) };
    if (query.length <= longest) known.set(query, document);
    if (known.size > remembered) known.delete(known.keys().next().value as string);
    return { ok: true, document };
  };
}

function coded(error: GraphQLError, code: string): GraphQLError {
  const { nodes, source, positions } = error;
  return new GraphQLError(error.message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { code },
  });
}
