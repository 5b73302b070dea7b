/** What a service said: one line of its JSON log, or plain text such as a crash. */
export interface ServiceLine {
  level: 'quiet' | 'warn' | 'error';
  text: string;
}

const LEVELS: Readonly<Record<string, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };

/** Reads one line of a service's output. undefined for an empty line. */
export function readServiceLine(line: string): ServiceLine | undefined {
  if (line.trim() === '') return undefined;
  const entry = parse(line);
  if (!entry) return { level: 'quiet', text: line.trim() };
  const { level, msg, err } = entry;
  const rank = typeof level === 'number' ? level : (LEVELS[String(level)] ?? 30);
  const cause = typeof err === 'string' ? err : (err as { message?: unknown } | undefined)?.message;
  const text = [msg, cause].filter((part) => typeof part === 'string' && part !== '');
  const unique = text[0] === text[1] ? text.slice(0, 1) : text;
  return { level: rank >= 50 ? 'error' : rank >= 40 ? 'warn' : 'quiet', text: unique.join(': ') || line.trim() };
}

function parse(line: string): { level?: unknown; msg?: unknown; err?: unknown } | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as { level?: unknown };
  } catch {
    return undefined;
  }
}

/** Why a service would not start: its last complaint, else the last thing it said. */
export function startFailure(lines: readonly string[]): string | undefined {
  const said = lines.map(readServiceLine).filter((line) => line !== undefined);
  return (said.findLast((line) => line.level === 'error') ?? said.at(-1))?.text;
}

const WINDOW_MS = 10_000;
const LINES_PER_WINDOW = 10;

/** Lets at most ten lines in ten seconds through to the terminal; the log file has them all. */
export function throttleLines(show: (line: string) => void, logFile: string, now = Date.now): (line: string) => void {
  let windowStart = Number.NEGATIVE_INFINITY;
  let shown = 0;
  return (line) => {
    if (now() - windowStart >= WINDOW_MS) {
      windowStart = now();
      shown = 0;
    }
    shown++;
    if (shown <= LINES_PER_WINDOW) show(line);
    else if (shown === LINES_PER_WINDOW + 1) show(`… and more, all of it in ${logFile}`);
  };
}
