import { describe, expect, it } from 'vitest';
import { javascriptProblem } from './javascript-syntax.js';

describe('the syntax of JavaScript jobs', () => {
  it.each([
    'return input.n * 2',
    'async (input, { log }) => { log("x"); return await fetch(input.url) }',
    'input.n * 2',
    '({ a: 1 })',
    'const { a } = input;\nawait progress(5);\nfor (const x of a) log(x);',
    'const os = await import("node:os");\nreturn os.cpus().length',
    'import os from "node:os";\nexport default async (input) => os.cpus().length',
    'import {\n  cpus,\n  hostname as name,\n} from "node:os";\nimport "node:fs";\nexport default function () { return cpus() }',
    'export default async function work(input) { return import.meta.url }\nexport const x = 1;\nexport { x as y };',
    'const url = await Promise.resolve(import.meta.url);\nexport default () => url',
    'export default class {}',
    'export default function a() {} const b = 1;',
    '// export nothing\nreturn 1',
    '`\nexport me\n`',
  ])('is right: %j', (code) => {
    expect(javascriptProblem(code)).toBeUndefined();
  });

  it.each([
    ['return (input.n', undefined],
    ['return input.n)', 1],
    ['const a = 1;\nconst b = ;\nreturn a', 2],
    ['async (input) => {\n  return input.a b\n}', 2],
    ['import os from "node:os";\n\nexport default async (input) => {\n  return os. ;\n}', 4],
    ['export default async (input) => {', undefined],
  ])('is wrong, and told with its line: %j', (code, line) => {
    expect(javascriptProblem(code)).toMatch(/^does not compile: /);
    if (line !== undefined) expect(javascriptProblem(code)).toContain(`(line ${line})`);
  });

  it('is looked at without running anything', () => {
    const { sneaked } = globalThis as { sneaked?: unknown };
    javascriptProblem('(globalThis.sneaked = 1)');
    javascriptProblem('}); globalThis.sneaked = 1; (() => {');
    javascriptProblem('globalThis.sneaked = 1;\nexport default () => 1');
    expect((globalThis as { sneaked?: unknown }).sneaked).toBe(sneaked);
  });
});
