/** The last of the migrations, by name: services compare it with the database without loading what carries them out. */
export const NEWEST_MIGRATION = '0011-traceparent';
