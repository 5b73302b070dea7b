const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether Postgres would take it for a uuid; anything else names no run. */
export const isRunId = (id: string): boolean => UUID.test(id);

/** When a UUIDv7 was made, epoch ms. */
export const madeAt = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
