import { closestName, type JobKind, type Json } from '@jobflow/contracts';
import { filledTexts } from './filled-fields.js';
import { isTemplateRoot, parseTemplate, TEMPLATE_ROOTS } from './parse-template.js';

/**
 * Templates of a spec that no run could fill, by path, since they begin with nothing that there is. Whether a path leads
 * further only its run can tell.
 */
export function templateProblems(kind: JobKind, spec: Json | undefined): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const { text, path } of filledTexts(kind, spec)) {
    const problem = text.includes('{{') ? problemOf(text) : undefined;
    if (problem !== undefined) problems[path] = problem;
  }
  return problems;
}

function problemOf(text: string): string | undefined {
  for (const part of parseTemplate(text)) {
    if (typeof part === 'string' || isTemplateRoot(part.keys[0])) continue;
    const [root = ''] = part.keys;
    const meant = closestName(root, TEMPLATE_ROOTS);
    const instead = meant
      ? `did you mean {{${shown(meant + part.source.slice(root.length))}}}?`
      : 'for braces that are none of a template write \\{{';
    return `holds the template {{${shown(part.source)}}}, which must begin with input, run, parents or secrets; ${instead}`;
  }
  return undefined;
}

const shown = (source: string): string => (source.length > 100 ? `${source.slice(0, 100)}…` : source);
