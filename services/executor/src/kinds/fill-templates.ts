import type { Json } from '@jobflow/contracts';
import { renderTemplate, secretsIn, type TemplateScope } from '@jobflow/domain';
import { type KindContext, NoRetry } from '@jobflow/sdk';

/**
 * What the templates of a run's spec can see. Secrets are fetched here, and only those that the templates name.
 * @param parts what will be filled
 */
export async function templateScope(ctx: KindContext, parts: Json): Promise<TemplateScope> {
  const { run } = ctx;
  const names = secretsIn(parts);
  const values = await Promise.all(names.map((name) => ctx.secret(name)));
  return {
    input: (ctx.input ?? null) as Json,
    run: {
      id: run.id,
      job: run.job,
      queue: run.queue,
      priority: run.priority,
      attempt: ctx.attempt,
      tags: run.tags ?? [],
      createdAt: new Date(run.createdAt).toISOString(),
    },
    ...(run.parents && { parents: run.parents }),
    secrets: Object.fromEntries(names.map((name, at) => [name, values[at] ?? ''])),
  };
}

/** Fills the templates in a part of a spec; a path that leads nowhere ends the run, since another try finds it no better. */
export function fillTemplates(part: Json, scope: TemplateScope): Json {
  const rendered = renderTemplate(part, scope);
  if (!rendered.ok)
    throw new NoRetry(`A template of the job cannot be filled: ${rendered.message}`, { code: 'TEMPLATE' });
  return rendered.value;
}
