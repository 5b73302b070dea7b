import { p, Type } from '@mikro-orm/core';

/** A timestamptz that is epoch milliseconds in the code, as everywhere outside Postgres. */
class InstantType extends Type<number, Date | string> {
  override convertToDatabaseValue = (value: number): Date => new Date(value);
  override convertToJSValue = (value: Date | string): number => new Date(value).getTime();
  override getColumnType = (): string => 'timestamptz';
}

/** The column types the tables are made of. */
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
  instant: () => p.type(InstantType).$type<number>(),
};
