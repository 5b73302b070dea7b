import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { getCallSites } from 'node:util';

const FRAMES = 8;

/** The file, as a URL, that called the function of `ownFile`; undefined if it is none, as in a REPL or `eval`. */
export function callerFile(ownFile: string): string | undefined {
  const own = new Set([ownFile, import.meta.url]);
  for (const { scriptName } of getCallSites(FRAMES)) {
    const url = urlOf(scriptName);
    if (url && own.has(url)) continue;
    return url && existsSync(fileURLToPath(url)) ? url : undefined;
  }
  return undefined;
}

function urlOf(script: string): string | undefined {
  if (script.startsWith('file:')) return script;
  return isAbsolute(script) ? pathToFileURL(script).href : undefined;
}
