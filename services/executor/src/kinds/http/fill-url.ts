import type { TemplateScope } from '@jobflow/domain';
import { fillTemplates } from '../fill-templates.js';

/**
 * Fills the templates of a URL. A value inside of it is percent-encoded, so that input cannot add path segments or
 * parameters; one that it begins with is the URL's own beginning (`{{input.url}}`, `{{input.base}}/path`) and goes in as
 * it is.
 */
export function fillUrl(url: string, scope: TemplateScope): string {
  return url.replace(/\{\{[^{}]*\}\}/g, (template, at: number) => {
    const value = fillTemplates(template, scope);
    if (value === template) return template;
    const text = typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
    return at === 0 ? text : encodeURIComponent(text);
  });
}
