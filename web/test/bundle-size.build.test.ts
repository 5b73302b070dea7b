import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const kilobyte = 1024;

interface Chunk {
  file: string;
  isEntry?: boolean;
  isDynamicEntry?: boolean;
  imports?: string[];
  css?: string[];
}

const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;

const gzipped = (file: string) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;

/** A chunk and everything it cannot start without. */
function closure(key: string, known = new Set<string>()): Set<string> {
  if (known.has(key)) return known;
  known.add(key);
  for (const next of manifest[key]?.imports ?? []) closure(next, known);
  return known;
}

const sizeOf = (keys: Iterable<string>) =>
  [...keys].reduce((sum, key) => sum + gzipped((manifest[key] as Chunk).file), 0) / kilobyte;

const entryKey = Object.keys(manifest).find((key) => manifest[key]?.isEntry) as string;
const entry = closure(entryKey);

describe('what the browser has to load, gzipped', () => {
  it('is at most 100 KB of script for the first page', () => {
    expect(sizeOf(entry)).toBeLessThanOrEqual(100);
  });

  it('is at most 12 KB of style', () => {
    const styles = new Set(Object.values(manifest).flatMap((chunk) => chunk.css ?? []));
    expect([...styles].reduce((sum, file) => sum + gzipped(file), 0) / kilobyte).toBeLessThanOrEqual(12);
  });

  const routes = Object.keys(manifest).filter((key) => manifest[key]?.isDynamicEntry);
  it.each(routes)('is at most 40 KB more for %s', (key) => {
    const more = [...closure(key)].filter((one) => !entry.has(one));
    expect(sizeOf(more)).toBeLessThanOrEqual(40);
  });
});

describe('the built page', () => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');

  it('has nothing inline, so that a strict content security policy lets it run', () => {
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/i);
  });

  it('loads nothing from anywhere else', () => {
    expect(html.replace('http://www.w3.org', '')).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('puts no style attribute into any template', () => {
    const scripts = Object.values(manifest).map((chunk) => chunk.file);
    const own = scripts.filter((file) => file.endsWith('.js')).map((file) => readFileSync(join(dist, file), 'utf8'));
    for (const script of own) expect(script).not.toMatch(/`<[a-z][^`]*\sstyle=["\w][^`]*`/);
  });
});
