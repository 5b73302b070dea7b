import { describe, expect, it } from 'vitest';
import { buildSchema } from '../schema/build-schema.js';
import { resolvers } from '../schema/resolvers.js';
import { apiNotes, readApiNotes } from './api-notes.js';
import { html } from './html.js';
import { openApiDocument } from './openapi-document.js';
import { referencePage } from './reference-page.js';

const schema = buildSchema(resolvers);
const page = referencePage({ schema, notes: readApiNotes(), version: '9.9.9' });

describe('the reference of the API', () => {
  it('has an entry for every operation and type, and every link in it leads somewhere', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
    for (const root of ['Query', 'Mutation', 'Subscription'] as const) {
      const type = schema.getType(root) as unknown as { getFields(): Record<string, unknown> };
      for (const name of Object.keys(type.getFields())) expect(ids).toContain(`${root}.${name}`);
    }
    for (const name of ['EnqueueInput', 'Run', 'RunStatus', 'SafeInt']) expect(ids).toContain(name);
    expect(ids).not.toContain('Boolean');
    expect(new Set(ids).size).toBe([...page.matchAll(/ id="/g)].length);
  });

  it('says who may, with which arguments, and what the promise notes beside a name', () => {
    const entry = (id: string) => page.slice(page.indexOf(`id="${id}"`)).split('</article>')[0];
    expect(entry('Mutation.configureQueue')).toContain('ADMIN');
    expect(entry('Mutation.login')).toContain('anyone');
    expect(entry('Query.runs')).toContain('first: Int = 50');
    expect(entry('Mutation.cancelRun')).toContain('Cancelled already: the same answer');
  });

  it('needs nothing that a strict content policy forbids', () => {
    expect(page).not.toMatch(/<script|<style|style="|onclick|https?:\/\/(?!127\.0\.0\.1)/);
    expect(page).toContain('<link rel="stylesheet" href="/docs/style.css">');
  });

  it('shows whatever it is given as text', () => {
    expect(html`<b>${'<i>&"\''}</b>${[1, html`<u>`, undefined, false]}`.text).toBe(
      '<b>&#60;i&#62;&#38;&#34;&#39;</b>1<u>',
    );
  });
});

describe('notes', () => {
  it('belong to the name they stand beside or above', () => {
    const notes = apiNotes(`
# about the file
type Run { # one execution
  id: ID!
  logs(first: Int = 5): [String!] # its lines
  # two lines
  # above
  at: String
  many(
    a: Int # not of the field
    b: String = "# no comment"
  ): Int # at its end
}
enum Status {
  FAILED # no attempt is left
}
`);
    expect(Object.fromEntries(notes)).toEqual({
      Run: 'one execution',
      'Run.logs': 'its lines',
      'Run.at': 'two lines above',
      'Run.many': 'not of the field at its end',
      'Status.FAILED': 'no attempt is left',
    });
  });
});

describe('the OpenAPI document', () => {
  const document = openApiDocument({ version: '9.9.9', url: 'https://jobs.example.com' }) as {
    openapi: string;
    paths: Record<string, Record<string, { responses: Record<string, unknown>; parameters?: { name: string }[] }>>;
    components: { schemas: Record<string, unknown> };
  };
  const text = JSON.stringify(document);

  it('describes every endpoint, with its headers and answers', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual([
      '/graphql',
      '/healthz',
      '/readyz',
      '/metrics',
      '/openapi.json',
      '/docs',
    ]);
    const post = document.paths['/graphql']?.post;
    expect(Object.keys(post?.responses ?? {})).toEqual(['200', '400', '405', '413', '415', '429']);
    expect(post?.parameters?.map(({ name }) => name)).toEqual([
      'x-jobflow-position',
      'idempotency-key',
      'traceparent',
      'x-correlation-id',
    ]);
  });

  it('refers only to what it holds', () => {
    const refs = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(refs.length).toBeGreaterThan(5);
    for (const name of refs) expect(Object.keys(document.components.schemas)).toContain(name);
    expect(text).toContain('IDEMPOTENCY_MISMATCH');
    expect(text).toContain('"url":"https://jobs.example.com"');
  });
});
