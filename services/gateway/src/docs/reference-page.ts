import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  print,
} from 'graphql';
import { type RootName, requiredRole } from '../auth/auth-directive.js';
import { type Html, html } from './html.js';
import { introduction } from './introduction.js';

export interface ReferenceParts {
  schema: GraphQLSchema;
  /** By `Type.field` or `Type`. */
  notes: ReadonlyMap<string, string>;
  version: string;
}

type Notes = ReadonlyMap<string, string>;
const ROOTS: readonly RootName[] = ['Query', 'Mutation', 'Subscription'];
const TITLES: Readonly<Record<RootName, string>> = {
  Query: 'Queries',
  Mutation: 'Mutations',
  Subscription: 'Subscriptions',
};

/** The API as one page that needs nothing else: no script, one stylesheet of its own. */
export function referencePage({ schema, notes, version }: ReferenceParts): string {
  const types = namedTypes(schema);
  const roots = ROOTS.map((root) => rootSection(schema, root, notes));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Jobflow API</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><a class="home" href="/">Jobflow</a> <span>API reference</span> <small>${version}</small></header>
<nav aria-label="Contents">${contents(schema, types)}</nav>
<main id="content">${introduction(version)}${roots}
<section><h2 id="types">Types</h2>${types.map((type) => typeEntry(type, notes))}</section>
</main>
</body>
</html>
`;
  return page.text;
}

/** Everything but roots and what graphql itself defines, by name. */
function namedTypes(schema: GraphQLSchema): GraphQLNamedType[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type))
    .filter((type) => !ROOTS.includes(type.name as RootName))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function contents(schema: GraphQLSchema, types: readonly GraphQLNamedType[]): Html[] {
  const link = (id: string, text: string) => html`<li><a href="#${id}">${text}</a></li>`;
  const roots = ROOTS.map((root) => {
    const fields = Object.keys(schema.getType(root) ? fieldsOf(schema, root) : {});
    return html`<details open><summary>${TITLES[root]} <small>${fields.length}</small></summary>
<ul>${fields.map((name) => link(`${root}.${name}`, name))}</ul></details>`;
  });
  const about = ['start', 'positions', 'lists', 'live', 'errors'].map((id) =>
    link(id, id[0]?.toUpperCase() + id.slice(1)),
  );
  return [
    html`<ul>${about}</ul>`,
    ...roots,
    html`<details><summary>Types <small>${types.length}</small></summary>
<ul>${types.map(({ name }) => link(name, name))}</ul></details>`,
  ];
}

const fieldsOf = (schema: GraphQLSchema, root: RootName): Record<string, GraphQLField<unknown, unknown>> => {
  const type = schema.getType(root);
  return isObjectType(type) ? type.getFields() : {};
};

function rootSection(schema: GraphQLSchema, root: RootName, notes: Notes): Html {
  const entries = Object.values(fieldsOf(schema, root)).map((field) => {
    const role = requiredRole(root, field);
    return html`<article id="${root}.${field.name}">
<h3><a href="#${root}.${field.name}">${field.name}</a> <span class="role">${role ?? 'anyone'}</span></h3>
<pre><code>${signature(field)}</code></pre>${described(notes, `${root}.${field.name}`, field.description)}
</article>`;
  });
  return html`<section><h2 id="${root}">${TITLES[root]}</h2>${entries}</section>`;
}

function typeEntry(type: GraphQLNamedType, notes: Notes): Html {
  const word = isObjectType(type) ? 'type' : isInputObjectType(type) ? 'input' : isEnumType(type) ? 'enum' : 'scalar';
  return html`<article id="${type.name}">
<h3><a href="#${type.name}">${type.name}</a> <span class="kind">${word}</span></h3>${described(
    notes,
    type.name,
    word === 'scalar' ? undefined : type.description,
  )}${members(type, notes)}
</article>`;
}

function members(type: GraphQLNamedType, notes: Notes): Html | undefined {
  if (isEnumType(type)) {
    return html`<p class="values">${type.getValues().map(({ name }) => html`<code>${name}</code> `)}</p>`;
  }
  if (!isObjectType(type) && !isInputObjectType(type)) return undefined;
  const rows = Object.values<GraphQLField<unknown, unknown> | GraphQLInputField>(type.getFields()).map(
    (field) => html`<dt><code>${'args' in field ? signature(field) : argument(field)}</code></dt>
<dd>${described(notes, `${type.name}.${field.name}`, field.description)}</dd>`,
  );
  return html`<dl>${rows}</dl>`;
}

/** The promise's own note; else what the code says of it. */
function described(notes: Notes, key: string, description: string | null | undefined): Html | undefined {
  const text = notes.get(key) ?? description;
  return text ? html`<p>${sentence(text)}</p>` : undefined;
}

/** Notes begin in lower case; one that begins with a name, like `job: …`, keeps it. */
const sentence = (text: string): string =>
  /^[a-z]\w*:/.test(text) ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function signature(field: GraphQLField<unknown, unknown>): Html {
  if (field.args.length === 0) return html`${field.name}: ${reference(field.type)}`;
  const args = field.args.map((one) => argument(one));
  const long = field.args.length > 3;
  const [open, between, close] = long ? ['(\n  ', '\n  ', '\n)'] : ['(', ', ', ')'];
  return html`${field.name}${open}${args.flatMap((one, n) => (n > 0 ? [between, one] : [one]))}${close}: ${reference(field.type)}`;
}

function argument({ name, type, defaultValue }: GraphQLArgument | GraphQLInputField): Html {
  const preset = defaultValue === undefined || defaultValue === null ? undefined : astFromValue(defaultValue, type);
  return html`${name}: ${reference(type)}${preset ? ` = ${print(preset)}` : ''}`;
}

/** A type's name, leading to its entry. */
function reference(type: GraphQLType): Html {
  if (isNonNullType(type)) return html`${reference(type.ofType)}!`;
  if (isListType(type)) return html`[${reference(type.ofType)}]`;
  return isSpecifiedScalarType(type) ? html`${type.name}` : html`<a href="#${type.name}">${type.name}</a>`;
}
