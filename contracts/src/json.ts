import { z } from 'zod';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/**
 * Any JSON value. Checked only to be present-or-absent: everything that reaches a schema has just been parsed from
 * JSON or is about to be written as JSON, so walking it again would cost the hot path and find nothing.
 */
export const Json = z.custom<Json>((value) => value !== undefined);
