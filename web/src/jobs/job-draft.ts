import type { Backoff, JobInput, JobKind } from '../generated/graphql';
import { parseJson } from '../ui/parse-json';

/** What the form holds: text as typed, so that nothing a person wrote is lost on the way. */
export interface JobDraft {
  name: string;
  title: string;
  description: string;
  kind: Extract<JobKind, 'HTTP' | 'SHELL' | 'JAVASCRIPT' | 'HANDLER'>;
  method: string;
  url: string;
  headers: string;
  body: string;
  script: string;
  code: string;
  queue: string;
  priority: number;
  maxAttempts: string;
  backoff: Backoff;
  initialDelay: string;
  maxDelay: string;
  inputSchema: string;
  defaultInput: string;
}

export const emptyDraft: JobDraft = {
  name: '',
  title: '',
  description: '',
  kind: 'HTTP',
  method: 'POST',
  url: '',
  headers: '',
  body: '',
  script: '',
  code: '',
  queue: '',
  priority: 5,
  maxAttempts: '3',
  backoff: 'EXPONENTIAL',
  initialDelay: '1',
  maxDelay: '3600',
  inputSchema: '',
  defaultInput: '',
};

export type DraftProblems = Partial<Record<keyof JobDraft, string>>;
export type DraftResult = { ok: true; input: JobInput } | { ok: false; problems: DraftProblems };

/** Turns what was typed into what the API takes. Only what cannot be sent at all is refused here; the server judges the rest. */
export function jobInputFrom(draft: JobDraft): DraftResult {
  const problems: DraftProblems = {};
  const json = (field: 'headers' | 'inputSchema' | 'defaultInput') => {
    const parsed = parseJson(draft[field]);
    if (!parsed.ok) problems[field] = parsed.problem;
    return parsed.ok ? parsed.value : undefined;
  };
  const number = (field: 'maxAttempts' | 'initialDelay' | 'maxDelay') => {
    const value = Number(draft[field]);
    if (draft[field].trim() === '' || !Number.isFinite(value) || value < 0) problems[field] = 'Enter a number.';
    return value;
  };
  if (draft.name.trim() === '') problems.name = 'A job needs a name.';
  const input: JobInput = {
    name: draft.name.trim(),
    kind: draft.kind,
    spec: specFrom(draft, json, problems),
    priority: draft.priority,
    retry: {
      maxAttempts: number('maxAttempts'),
      backoff: draft.backoff,
      initialDelayMs: Math.round(number('initialDelay') * 1_000),
      maxDelayMs: Math.round(number('maxDelay') * 1_000),
    },
    ...present('title', draft.title.trim()),
    ...present('description', draft.description.trim()),
    ...present('queue', draft.queue.trim()),
    ...present('inputSchema', json('inputSchema')),
    ...present('defaultInput', json('defaultInput')),
  };
  return Object.keys(problems).length === 0 ? { ok: true, input } : { ok: false, problems };
}

type ReadJson = (field: 'headers') => unknown;

function specFrom(draft: JobDraft, json: ReadJson, problems: DraftProblems): Record<string, unknown> {
  switch (draft.kind) {
    case 'HTTP': {
      if (draft.url.trim() === '') problems.url = 'Enter the URL to call.';
      const hasBody = draft.body.trim() !== '' && !['GET', 'HEAD'].includes(draft.method);
      return {
        method: draft.method,
        url: draft.url.trim(),
        ...present('headers', json('headers')),
        ...(hasBody ? { body: bodyFrom(draft.body) } : {}),
      };
    }
    case 'SHELL':
      if (draft.script.trim() === '') problems.script = 'Enter the script to run.';
      return { script: draft.script };
    case 'JAVASCRIPT':
      if (draft.code.trim() === '') problems.code = 'Enter the code to run.';
      return { code: draft.code };
    case 'HANDLER':
      return {};
    default:
      return draft.kind satisfies never;
  }
}

/** A body that is JSON is sent as JSON, so that its templates keep their types; anything else is sent as it stands. */
function bodyFrom(text: string): unknown {
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : text;
}

function present<K extends string, T>(key: K, value: T): Partial<Record<K, T>> {
  return value === undefined || value === '' ? {} : ({ [key]: value } as Record<K, T>);
}

/** Which form field a server's path belongs to: `input.spec.url` → url, `retry.initialDelayMs` → initialDelay. */
export function draftFieldFor(path: string): keyof JobDraft | undefined {
  const parts = path.replace(/^input\./, '').split('.');
  const [first, second] = parts;
  if (first === 'spec' && second && Object.hasOwn(emptyDraft, second)) return second as keyof JobDraft;
  if (first === 'retry') return retryFields[second ?? ''] ?? 'maxAttempts';
  return first && Object.hasOwn(emptyDraft, first) ? (first as keyof JobDraft) : undefined;
}

const retryFields: Record<string, keyof JobDraft> = {
  maxAttempts: 'maxAttempts',
  backoff: 'backoff',
  initialDelayMs: 'initialDelay',
  maxDelayMs: 'maxDelay',
};
