import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RotatingLog } from './rotating-log.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jobflow-log-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a log never takes more than three files of its size, and the newest lines are kept', () => {
  const log = new RotatingLog(join(dir, 'x.log'), 1_000);
  for (let i = 0; i < 1_000; i++) log.write(`line ${i} ${'.'.repeat(20)}\n`);
  log.close();
  expect(readdirSync(dir).sort()).toEqual(['x.log', 'x.log.1', 'x.log.2']);
  for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).size).toBeLessThan(1_100);
  expect(
    readdirSync(dir)
      .map((name) => readFileSync(join(dir, name), 'utf8'))
      .join(''),
  ).toContain('line 999');
});

test('a log goes on where an earlier process left it, and writing after its end does no harm', () => {
  const first = new RotatingLog(join(dir, 'x.log'));
  first.write('one\n');
  first.close();
  first.write('lost\n');
  const second = new RotatingLog(join(dir, 'x.log'));
  second.write(Buffer.from('two\n'));
  second.close();
  expect(readFileSync(join(dir, 'x.log'), 'utf8')).toBe('one\ntwo\n');
  expect(statSync(join(dir, 'x.log')).mode & 0o777).toBe(0o600);
});
