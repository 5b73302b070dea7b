/**
 * npm run bench -- [name…] [--runs N] [--seconds N] [--rounds 3]
 *
 * Runs the named benchmarks one after the other, each on servers and data of its own, and prints their tables. They
 * measure and do not judge. Ratios are what to read: absolute rates are those of one machine in one hour.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benches } from './benches.js';
import { stopServers } from './contenders/running-servers.js';
import { type Arguments, readArguments } from './read-arguments.js';
import { machineFacts } from './report/machine-facts.js';
import { type Section, sectionText } from './report/section.js';
import { serverVersions } from './report/server-versions.js';

const say = (line: string) => process.stdout.write(`${line}\n`);

const help = `\
Usage: npm run bench -- [name…] [--runs N] [--seconds N] [--rounds 3]

${Object.entries(benches)
  .map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
  .join('\n')}

Without a name: platform. The figure in brackets is what --runs or --seconds changes.`;

let args: Arguments;
try {
  args = readArguments(process.argv.slice(2), Object.keys(benches));
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}.\n`);
  process.exit(1);
}
if (args.help) say(help);
else await runBenches(args);

async function runBenches({ names, ...figures }: Arguments): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'jobflow-bench-'));
  // What a server writes while it ends may come after a folder was read.
  const remove = () => rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  let interrupted: Promise<never> | undefined;
  const interrupt = async (code: number): Promise<never> => {
    await stopServers();
    await remove().catch(() => undefined);
    process.exit(code); // and the programs with it, by the end of their channel
  };
  process.once('SIGINT', () => {
    interrupted = interrupt(130);
  });
  process.once('SIGTERM', () => {
    interrupted = interrupt(143);
  });
  const sections: Section[] = [];
  let facts = machineFacts();
  try {
    facts += `, ${await serverVersions(dir)}`;
    for (const name of names) {
      say(`${name} …`);
      const measured = await benches[name]?.run({ dir, say: (line) => say(`  ${line}`), ...figures });
      sections.push(...(measured ?? []));
    }
  } catch (error) {
    // Without its servers a benchmark fails, of which nobody wants to hear.
    if (interrupted) await interrupted;
    throw error;
  } finally {
    await remove();
  }
  say(`\n${facts}\n`);
  say(sections.map(sectionText).join('\n'));
}
