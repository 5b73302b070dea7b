import type { CustomTypesConfig } from 'pg';
import pg from 'pg';

const JSON_TYPES = [114, 3802];
const SMALL_NUMBERS = [21, 23, 26];
const FLOATS = [700, 701];
const BOOL = 16;
const INT8 = 20;
const TIMESTAMPTZ = 1184;
/** Lists of booleans, numbers, texts, UUIDs and JSON, which pg reads as what JSON has for them. */
const LISTS = [1000, 1005, 1007, 1009, 1015, 1021, 1022, 2951, 199, 3807];

type Parse = (text: string) => unknown;

function parserOf(oid: number): Parse {
  if (oid === BOOL) return (text) => text === 't';
  if (SMALL_NUMBERS.includes(oid)) return Number;
  if (oid === INT8) return (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
  if (FLOATS.includes(oid)) return (text) => (Number.isFinite(Number(text)) ? Number(text) : text);
  if (JSON_TYPES.includes(oid)) return (text) => JSON.parse(text) as unknown;
  if (oid === TIMESTAMPTZ) return instant;
  if (LISTS.includes(oid)) return pg.types.getTypeParser(oid, 'text') as Parse;
  // Exact as Postgres writes it: numeric, dates without a zone, intervals, bytea and whatever else there is.
  return (text) => text;
}

/** ISO 8601 in UTC; infinity and dates that JavaScript does not have stay text. */
function instant(text: string): string {
  const iso = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
}

/** How a column's text becomes JSON: numbers where JavaScript holds them exactly, text elsewhere. */
export const columnTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number) => parserOf(oid)) as CustomTypesConfig['getTypeParser'],
};
