import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Serves the built dashboard: hashed assets for ever, pages always checked, every unknown page is the app itself. */
export async function addDashboard(app: FastifyInstance, webDir: string): Promise<void> {
  if (!existsSync(join(webDir, 'index.html'))) {
    app.setNotFoundHandler((request, reply) => (isPage(request) ? notBuilt(reply) : unknownPath(request, reply)));
    return;
  }
  const { default: fastifyStatic } = await import('@fastify/static');
  await app.register(fastifyStatic, {
    root: webDir,
    preCompressed: true,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders(response, path) {
      const hashed = /[\\/]assets[\\/]/.test(path);
      response.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => {
    if (isPage(request)) return reply.sendFile('index.html');
    return unknownPath(request, reply);
  });
}

/** A navigation of a browser, as opposed to a missing file or a call of a program. */
function isPage(request: FastifyRequest): boolean {
  const path = request.url.split('?')[0] ?? '';
  const wantsHtml = request.headers.accept?.includes('text/html') ?? false;
  return (request.method === 'GET' || request.method === 'HEAD') && wantsHtml && !path.startsWith('/assets/');
}

const unknownPath = (request: FastifyRequest, reply: FastifyReply) =>
  reply.code(404).send({ error: `There is nothing at ${request.method} ${request.url.split('?')[0]?.slice(0, 200)}.` });

const notBuilt = (reply: FastifyReply) =>
  reply
    .code(503)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Jobflow</title>
<h1>Jobflow is running</h1>
<p>Its API answers at <code>/graphql</code>, but the dashboard has not been built.</p>
<p>Build it with <code>npm run build -w web</code>, then restart the gateway.</p>
</html>
`);
