import { stripTypeScriptTypes } from 'node:module';
import { Script } from 'node:vm';

/*
 * Whether the code of a JavaScript job can be compiled, as the executor will compile it: an expression, the body of an
 * async function, or a module. Nothing is run here; V8 only parses.
 */

const MODULE = /^\s*(import\s|export\s)/m;

/** What is wrong with the code, with its line; undefined if nothing is. */
export function javascriptProblem(code: string): string | undefined {
  return MODULE.test(code) ? moduleProblem(code) : functionProblem(code);
}

const OPEN = '(async (input, context, { log, progress, signal } = context) => {';

function functionProblem(code: string): string | undefined {
  if (problemOf(`${OPEN} return (`, code, ')})') === undefined) return undefined;
  return problemOf(OPEN, code, '})');
}

/**
 * V8 compiles modules only behind a flag. So what makes it a module is taken out, and only what is then refused, and by
 * Node's own parser of modules as well, is wrong: better to miss an error, which the run will tell, than to refuse code.
 */
function moduleProblem(code: string): string | undefined {
  const body = code
    .replace(/^([ \t]*)import\s[^;'"()]*?from\s*(['"])[^'"\n]*\2/gm, blank)
    .replace(/^([ \t]*)import\s*(['"])[^'"\n]*\2/gm, blank)
    .replace(/^([ \t]*)export\s+\*[^;'"]*?from\s*(['"])[^'"\n]*\2/gm, blank)
    .replace(/^([ \t]*)export\s*\{[^}]*\}(\s*from\s*(['"])[^'"\n]*\3)?/gm, blank)
    .replace(/^([ \t]*)export\s+default\b/gm, '$1var exported =')
    .replace(/^([ \t]*)export\s+/gm, '$1')
    .replace(/\bimport\.meta\b/g, '({})');
  const problem = problemOf(`(async () => { 'use strict';`, body, '})');
  return problem !== undefined && !parsesAsModule(code) ? problem : undefined;
}

/** Keeps the lines, so that errors are told where they are. */
const blank = (text: string): string => text.replace(/[^\n]/g, '');

function parsesAsModule(code: string): boolean {
  try {
    stripTypeScriptTypes(code);
    return true;
  } catch {
    return false;
  }
}

function problemOf(before: string, code: string, after: string): string | undefined {
  try {
    // The code begins on the second line.
    new Script(`${before}\n${code}\n${after}`, { filename: 'job.js', lineOffset: -1 });
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const line = /^job\.js:(\d+)/.exec(error.stack ?? '')?.[1];
    if (line !== undefined && Number(line) > code.split('\n').length)
      return 'does not compile: something that was opened is not closed at its end';
    return `does not compile: ${error.message}${line === undefined ? '' : ` (line ${line})`}`;
  }
}
