import { describe, expect, it } from 'vitest';
import { draftFieldFor, emptyDraft, jobInputFrom } from './job-draft';

describe('a job draft', () => {
  it('becomes the input of an HTTP job, with seconds as milliseconds and nothing that was left empty', () => {
    const result = jobInputFrom({
      ...emptyDraft,
      name: ' ping ',
      url: 'https://example.test',
      headers: '{"x-a": "1"}',
      body: '{"to": "{{input.to}}"}',
      initialDelay: '0.5',
    });
    expect(result).toEqual({
      ok: true,
      input: {
        name: 'ping',
        kind: 'HTTP',
        spec: { method: 'POST', url: 'https://example.test', headers: { 'x-a': '1' }, body: { to: '{{input.to}}' } },
        priority: 5,
        retry: { maxAttempts: 3, backoff: 'EXPONENTIAL', initialDelayMs: 500, maxDelayMs: 3_600_000 },
      },
    });
  });

  it('sends no body with a GET', () => {
    const result = jobInputFrom({ ...emptyDraft, name: 'get', method: 'GET', url: 'https://example.test', body: 'x' });
    expect(result.ok && result.input.spec).toEqual({ method: 'GET', url: 'https://example.test' });
  });

  it('names every field that cannot be sent', () => {
    const result = jobInputFrom({ ...emptyDraft, maxAttempts: 'many', headers: '{', defaultInput: '[1,' });
    expect(result.ok ? {} : Object.keys(result.problems).sort()).toEqual([
      'defaultInput',
      'headers',
      'maxAttempts',
      'name',
      'url',
    ]);
  });

  it('only asks for what its kind needs', () => {
    expect(jobInputFrom({ ...emptyDraft, name: 'email.send', kind: 'HANDLER' }).ok).toBe(true);
    expect(jobInputFrom({ ...emptyDraft, name: 'x', kind: 'SHELL' }).ok).toBe(false);
  });
});

describe('a field named by the server', () => {
  it.each([
    ['input.name', 'name'],
    ['name', 'name'],
    ['input.spec.url', 'url'],
    ['spec.headers.x-a', 'headers'],
    ['input.retry.initialDelayMs', 'initialDelay'],
    ['input.limits.memoryMb', undefined],
    ['input.constructor', undefined],
  ])('%s is shown at %s', (path, field) => {
    expect(draftFieldFor(path)).toBe(field);
  });
});
