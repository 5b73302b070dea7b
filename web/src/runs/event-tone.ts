import type { Tone } from '../ui/status-look';

/** The colour of a timeline entry, from the words in its type; an unknown type is neutral. */
export function eventTone(type: string): Tone {
  if (/Succeeded|Completed/.test(type)) return 'ok';
  if (/Failed|Dead|Lost|Expired|TimedOut/.test(type)) return 'bad';
  if (/Retr|Limited|Snoozed|Returned/.test(type)) return 'warn';
  if (/Started|Claimed|Progress/.test(type)) return 'run';
  if (/Queued|Planned|Scheduled|Rescheduled/.test(type)) return 'wait';
  return 'off';
}
