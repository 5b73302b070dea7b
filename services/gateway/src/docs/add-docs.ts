import type { FastifyInstance, FastifyReply } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { readApiNotes } from './api-notes.js';
import { openApiDocument } from './openapi-document.js';
import { referencePage } from './reference-page.js';
import { referenceStyle } from './reference-style.js';

export interface DocsParts {
  schema: GraphQLSchema;
  version: string;
  publicUrl: string;
}

/** GET /docs and /openapi.json: what may be said to this gateway. Open to anyone, as the API's names are. */
export function addDocs(app: FastifyInstance, { schema, version, publicUrl }: DocsParts): void {
  // Made when it is first asked for, and kept: the schema does not change while the gateway runs.
  let page: string | undefined;
  const send = (reply: FastifyReply, type: string, body: string) =>
    reply.type(`${type}; charset=utf-8`).header('cache-control', 'no-cache').send(body);
  app.get('/docs', async (_request, reply) => {
    page ??= referencePage({ schema, notes: readApiNotes(), version });
    return send(reply, 'text/html', page);
  });
  app.get('/docs/style.css', async (_request, reply) => send(reply, 'text/css', referenceStyle));
  app.get('/openapi.json', async (_request, reply) =>
    send(reply, 'application/json', JSON.stringify(openApiDocument({ version, url: publicUrl }))),
  );
}
