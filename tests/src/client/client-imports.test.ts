import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, test } from 'vitest';

const dist = resolve(import.meta.dirname, '../../../packages/sdk/dist');

/** The packages that a built file reaches, through every file of its own package. */
function packagesBehind(door: string): string[] {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    for (const [, from = ''] of text.matchAll(/^(?:import|export)\b(?:[^'"`;=()]*?\bfrom)?\s*['"]([^'"]+)['"]/gm)) {
      if (from.startsWith('.')) visit(resolve(dirname(path), from));
      else packages.add(from);
    }
  };
  visit(resolve(dist, door));
  return [...packages].sort();
}

test('a program that only enqueues loads neither NATS nor anything else of a worker', () => {
  expect(packagesBehind('client.js')).toEqual(['@jobflow/contracts']);
  const definitions = packagesBehind('define.js').filter((name) => !name.startsWith('node:'));
  expect(definitions).toEqual(['@jobflow/contracts', '@jobflow/domain/job-problems', 'zod']);
  expect(packagesBehind('worker/running-worker.js')).toContain('@jobflow/platform');
});
