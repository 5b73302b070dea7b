import { rotateEncryptionKey } from '../data-dir/secrets.js';
import { PlainError } from '../plain-error.js';
import type { Command } from './command.js';
import { dataDirOf } from './data-dir-of.js';
import { parseOptions } from './parse-options.js';

const help = `\
Usage: jobflow rotate-secrets-key

Makes a new key for the secrets that Jobflow stores, and keeps the present one as an old key. Jobflow uses it from its
next start on: it goes on opening what was sealed before, and seals it anew under the new key in the background. The
health of the API and the gateway's log tell when nothing is left under old keys.

Options                     environment            default
  --data-dir DIR            JOBFLOW_DATA_DIR       .jobflow beside the code
  -h, --help

Old keys stay in secrets.json of the data directory, under "oldEncryptionKeys". Once nothing needs one any more, it may be
taken out there; a backup from before then needs the secrets.json of its own time. With JOBFLOW_ENCRYPTION_KEY set, keys
are rotated where that is set.
`;

export const rotateSecretsKey: Command = {
  summary: 'make a new key for stored secrets',
  help,
  async run(context) {
    const options = parseOptions('rotate-secrets-key', context.args, {
      'data-dir': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    });
    if (options.help) {
      context.print(help.trimEnd());
      return 0;
    }
    if (context.env.JOBFLOW_ENCRYPTION_KEY) throw new PlainError(KEY_IN_ENVIRONMENT);
    const dir = dataDirOf(context, options['data-dir']);
    const { current, old } = await rotateEncryptionKey(dir);
    // Loaded here alone, since every command, `start` included, loads this file.
    const { keyIdOf } = await import('@jobflow/platform');
    const [newId, oldId] = [current, old].map((key) => keyIdOf(Buffer.from(key, 'base64')));
    context.print(`Stored secrets have a new key, ${newId}; the key ${oldId} is kept to open what it sealed.`);
    context.print('Jobflow uses it from its next start on: if it runs now, stop it and start it again.');
    return 0;
  },
};

const KEY_IN_ENVIRONMENT =
  'JOBFLOW_ENCRYPTION_KEY is set, and wins over the key that Jobflow keeps. Rotate it there: make a new key with ' +
  '"openssl rand -base64 32", put the present one in front of JOBFLOW_ENCRYPTION_OLD_KEYS, and start Jobflow again.';
