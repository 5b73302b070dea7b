const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Ids that Postgres would refuse with a type error are simply unknown to us. */
export const isUuid = (text: string): boolean => pattern.test(text);
