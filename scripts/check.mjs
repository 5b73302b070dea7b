// `npm run check`: all that must hold before a change is taken. Ends with one line, `N passed, N failed`, in which each
// test and each step (build, lint …) counts as one. Needs installed dependencies: `npm test` sees to them first.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules/.bin', name);
const reports = mkdtempSync(join(tmpdir(), 'jobflow-check-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const failedSteps = [];

/** Runs a program, showing its output; answers with its exit code. */
function run(file, args) {
  const PATH = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, PATH },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.once('error', (error) => {
      process.stderr.write(`${file}: ${error.message}\n`);
      resolve(1);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function count(name, ok) {
  total[ok ? 'passed' : 'failed']++;
  if (!ok) failedSteps.push(name);
  return ok;
}

async function step(name, file, args) {
  process.stdout.write(`\n== ${name}\n`);
  return count(name, (await run(file, args)) === 0);
}

/** Runs vitest and adds what its report says. A run that fails without a failed test, like one that crashed, counts as one. */
async function vitest(name, args) {
  process.stdout.write(`\n== ${name}\n`);
  const path = join(reports, `${name.replace(/\W/g, '-')}.json`);
  const code = await run(bin('vitest'), [
    'run',
    ...args,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${path}`,
  ]);
  const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  const failedBefore = total.failed;
  if (report) {
    total.passed += report.numPassedTests;
    total.failed += report.numFailedTests;
    total.skipped += report.numPendingTests + report.numTodoTests;
    // A file that could not even be loaded has failed without a single test.
    for (const { status, assertionResults } of report.testResults) {
      if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) total.failed++;
    }
  }
  if (code !== 0 && total.failed === failedBefore) total.failed++;
  if (code !== 0) failedSteps.push(name);
}

const web = JSON.parse(readFileSync(join(root, 'web/package.json'), 'utf8'));

const built = await step('build', bin('tsc'), ['-b']);
await step('lint', bin('biome'), ['check', '.']);
const webBuilt = web.scripts?.check && (await step('dashboard', 'npm', ['run', '--silent', 'check', '-w', 'web']));
// Tests load what the build wrote: without it their failures would say nothing.
if (webBuilt && web.scripts?.e2e) await vitest('dashboard in a browser', ['--root', 'web', '--project', 'e2e']);
if (built) await vitest('tests', []);
else process.stdout.write('\nThe tests were not run, because the build failed.\n');

rmSync(reports, { recursive: true, force: true });
if (failedSteps.length > 0) process.stdout.write(`\nFailed: ${failedSteps.join(', ')}\n`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
