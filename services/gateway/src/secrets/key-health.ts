import type { SecretBox } from '@jobflow/platform';
import type { Queryable } from '@jobflow/read-model';
import type { Finding } from '../health/system-health.js';
import { keysInUse } from './keys-in-use.js';

/** Whether stored secrets can be opened, and whether an old key may go. */
export async function keyHealth(db: Queryable, box: SecretBox): Promise<Finding> {
  const { old, unknown, unknownKeyIds, unknownNames } = await keysInUse(db, box);
  if (unknown > 0) {
    const keys = unknownKeyIds.slice(0, 5).join(', ');
    const more = unknown > unknownNames.length ? ` and ${unknown - unknownNames.length} more` : '';
    return {
      status: 'DEGRADED',
      message: `${secrets(unknown)} cannot be opened (${unknownNames.join(', ')}${more}): sealed with ${unknownKeyIds.length === 1 ? 'the key' : 'the keys'} ${keys}, not here.`,
      action:
        'Add what is missing to JOBFLOW_ENCRYPTION_OLD_KEYS, or set those secrets anew; such channels have to be made anew.',
    };
  }
  if (old > 0) {
    return {
      status: 'OK',
      message: `${secrets(old)} ${old === 1 ? 'is' : 'are'} still sealed under old keys: keep those. They are sealed anew in the background.`,
    };
  }
  if (box.oldKeyIds.length === 0) return { status: 'OK', message: 'Stored secrets can be opened.' };
  return {
    status: 'OK',
    message: `No stored secret needs an old key (${box.oldKeyIds.join(', ')}).`,
    action: 'Once every gateway has the current key, the old ones may go.',
  };
}

const secrets = (count: number): string => (count === 1 ? 'One stored secret' : `${count} stored secrets`);
