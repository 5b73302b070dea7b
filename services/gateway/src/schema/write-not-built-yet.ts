import { buildSchema } from './build-schema.js';
import { compareWithPromise, readNotBuiltYet, stillNotBuilt, writeNotBuiltYet } from './not-built-yet.js';
import { promisedSchema } from './promise.js';
import { resolvers } from './resolvers.js';

/*
 * node services/gateway/dist/schema/write-not-built-yet.js
 * Strikes from not-built-yet.txt what is built now. Nothing is ever added: what was built may not go away again.
 */
const { missing } = compareWithPromise(promisedSchema(), buildSchema(resolvers));
const before = readNotBuiltYet();
const after = stillNotBuilt(missing, before);
writeNotBuiltYet(after);
process.stdout.write(`${after.length} lines are left of what were ${before.length}\n`);
const gone = missing.filter((line) => !after.includes(line));
if (gone.length > 0) {
  process.stdout.write(`These were built once and are missing now:\n${gone.join('\n')}\n`);
  process.exitCode = 1;
}
