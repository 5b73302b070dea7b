/**
 * A starting point for input that fits a JSON Schema: its defaults and examples where it has them, else the simplest
 * value of each required property. Only a help for typing: the server checks.
 */
export function exampleInput(schema: unknown, depth = 0): unknown {
  if (!isRecord(schema) || depth > 6) return depth === 0 ? {} : null;
  if ('default' in schema) return schema.default;
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object' || isRecord(schema.properties) || depth === 0) return exampleObject(schema, depth);
  if (type === 'array') return [];
  if (type === 'string') return '';
  if (type === 'number' || type === 'integer') return typeof schema.minimum === 'number' ? schema.minimum : 0;
  if (type === 'boolean') return false;
  return null;
}

function exampleObject(schema: Record<string, unknown>, depth: number): Record<string, unknown> {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const wanted = Object.entries(properties).filter(
    ([name, property]) => required.has(name) || (isRecord(property) && 'default' in property),
  );
  return Object.fromEntries(wanted.map(([name, property]) => [name, exampleInput(property, depth + 1)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
