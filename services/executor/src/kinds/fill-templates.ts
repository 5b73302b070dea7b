import type { Json } from '@jobflow/contracts';
import { renderTemplate, type TemplateScope } from '@jobflow/domain';
import { type KindContext, NoRetry } from '@jobflow/sdk';

/** What the templates of a run's spec can see. */
export function templateScope(ctx: KindContext): TemplateScope {
  const { run } = ctx;
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
  };
}

/** Fills the templates in a part of a spec; a path that leads nowhere ends the run, since another try finds it no better. */
export function fillTemplates(part: Json, scope: TemplateScope): Json {
  const rendered = renderTemplate(part, scope);
  if (!rendered.ok)
    throw new NoRetry(`A template of the job cannot be filled: ${rendered.message}`, { code: 'TEMPLATE' });
  return rendered.value;
}
