import { expect, test } from 'vitest';
import { readServiceLine, startFailure, throttleLines } from './service-log.js';

test('warnings and errors are read from JSON lines, whether the level is a number or a word', () => {
  expect(readServiceLine('{"level":40,"msg":"slow"}')).toEqual({ level: 'warn', text: 'slow' });
  expect(readServiceLine('{"level":"error","msg":"append","err":{"message":"disk full","stack":"…"}}')).toEqual({
    level: 'error',
    text: 'append: disk full',
  });
  expect(readServiceLine('{"level":"info","msg":"started"}')).toEqual({ level: 'quiet', text: 'started' });
  expect(readServiceLine('plain words')).toEqual({ level: 'quiet', text: 'plain words' });
  expect(readServiceLine('{"broken')).toEqual({ level: 'quiet', text: '{"broken' });
  expect(readServiceLine('  ')).toBeUndefined();
});

test('a service that did not start is explained by its last error, else by its last words', () => {
  expect(startFailure(['{"level":60,"msg":"PORT is not a number"}', '{"level":30,"msg":"bye"}'])).toBe(
    'PORT is not a number',
  );
  expect(startFailure(['starting', 'NATS is away', ''])).toBe('NATS is away');
  expect(startFailure([])).toBeUndefined();
});

test('a flood of lines shows ten of them, says where the rest is, and starts anew later', () => {
  let now = 0;
  const shown: string[] = [];
  const show = throttleLines(
    (line) => shown.push(line),
    'x.log',
    () => now,
  );
  for (let i = 0; i < 100; i++) show(`line ${i}`);
  expect(shown).toHaveLength(11);
  expect(shown.at(-1)).toBe('… and more, all of it in x.log');
  now = 10_000;
  show('later');
  expect(shown.at(-1)).toBe('later');
});
