import { p } from '@mikro-orm/core';

/** The column types the tables are made of. Properties bear the columns' own names: rows come as Postgres gives them. */
export const column = {
  uuid: () => p.uuid().columnType('uuid'),
  text: <T extends string = string>() => p.text().$type<T>().columnType('text'),
  texts: () => p.array<string>().columnType('text[]'),
  uuids: () => p.array<string>().columnType('uuid[]'),
  ints: () => p.array<number>().columnType('integer[]'),
  small: () => p.smallint().columnType('smallint'),
  int: () => p.integer().columnType('integer'),
  /** Sequences, counters and sizes stay far below 2^53. */
  big: () => p.bigint('number').columnType('bigint'),
  real: () => p.float().columnType('real'),
  flag: () => p.boolean().columnType('boolean'),
  json: <T>() => p.json<T>().columnType('jsonb'),
  /** Kept as it came: cheaper to write, and only read whole. */
  plainJson: <T>() => p.json<T>().columnType('json'),
  bytes: () => p.blob().columnType('bytea'),
  instant: () => p.datetime().columnType('timestamp with time zone'),
};
