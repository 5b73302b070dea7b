import { buildSchema } from './build-schema.js';
import { compareWithPromise, readNotBuiltYet, writeNotBuiltYet } from './not-built-yet.js';
import { promisedSchema } from './promise.js';
import { resolvers } from './resolvers.js';

/*
 * node services/gateway/dist/schema/write-not-built-yet.js
 * Strikes from not-built-yet.txt what is built now. It never adds a line: what was built may not go away again.
 */
const { missing } = compareWithPromise(promisedSchema(), buildSchema(resolvers));
const stillMissing = new Set(missing);
const before = readNotBuiltYet();
const after = process.argv.includes('--anew') ? missing : before.filter((line) => stillMissing.has(line));
writeNotBuiltYet(after);
process.stdout.write(`${after.length} things are not built yet, ${before.length - after.length} fewer than before\n`);
