import { p } from '@mikro-orm/core';

/** The column types the tables are made of. Properties bear the columns' own names: rows come as Postgres gives them. */
export const column = {
  uuid: () => p.uuid(),
  text: <T extends string = string>() => p.text().$type<T>(),
  texts: () => p.array<string>().columnType('text[]'),
  uuids: () => p.array<string>().columnType('uuid[]'),
  ints: () => p.array<number>().columnType('int[]'),
  small: () => p.smallint(),
  int: () => p.integer(),
  /** Sequences, counters and sizes stay far below 2^53. */
  big: () => p.bigint('number'),
  real: () => p.float().columnType('real'),
  flag: () => p.boolean(),
  json: <T>() => p.json<T>(),
  bytes: () => p.blob(),
  instant: () => p.datetime().columnType('timestamptz'),
};
