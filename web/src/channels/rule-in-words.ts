interface Rule {
  jobs: string[] | null;
  queues: string[] | null;
  tags: string[] | null;
  statuses: string[] | null;
  events: string[] | null;
}

/** `Failed or expired runs of email.send`, `All ended runs`. */
export function ruleInWords(rule: Rule): string {
  if (rule.events && rule.events.length > 0) return `Events: ${rule.events.join(', ')}`;
  const statuses = rule.statuses ?? [];
  const some = () => `${capital(statuses.map((status) => status.toLowerCase()).join(' or '))} runs`;
  const what = statuses.length === 0 ? 'All ended runs' : some();
  const of = rule.jobs && rule.jobs.length > 0 ? ` of ${rule.jobs.join(', ')}` : '';
  const queues = rule.queues && rule.queues.length > 0 ? ` in queue ${rule.queues.join(', ')}` : '';
  const tags = rule.tags && rule.tags.length > 0 ? ` tagged ${rule.tags.join(', ')}` : '';
  return `${what}${of}${queues}${tags}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
