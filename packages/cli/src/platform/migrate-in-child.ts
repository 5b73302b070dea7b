import { join } from 'node:path';
import { PlainError } from '../plain-error.js';
import { lastLine, runCommand } from '../process/run-command.js';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

/** Runs `jobflow migrate` as a process of its own: what it loads would stay in the supervisor's memory. */
export async function migrateInChild(databaseUrl: string, signal?: AbortSignal): Promise<void> {
  const env = { ...process.env, DATABASE_URL: databaseUrl };
  const { code, stderr } = await runCommand(process.execPath, [MAIN, 'migrate'], { env, timeoutMs: 600_000, signal });
  if (code !== 0) throw new PlainError(lastLine(stderr) || 'The database could not be migrated.');
}
