import Ban from 'lucide-solid/icons/ban';
import CalendarClock from 'lucide-solid/icons/calendar-clock';
import CircleCheck from 'lucide-solid/icons/circle-check';
import CircleDashed from 'lucide-solid/icons/circle-dashed';
import CirclePause from 'lucide-solid/icons/circle-pause';
import CircleX from 'lucide-solid/icons/circle-x';
import Hourglass from 'lucide-solid/icons/hourglass';
import LoaderCircle from 'lucide-solid/icons/loader-circle';
import Lock from 'lucide-solid/icons/lock';
import RotateCcw from 'lucide-solid/icons/rotate-ccw';
import TimerOff from 'lucide-solid/icons/timer-off';
import TriangleAlert from 'lucide-solid/icons/triangle-alert';
import Unplug from 'lucide-solid/icons/unplug';
import type { Component } from 'solid-js';

export type Tone = 'ok' | 'bad' | 'warn' | 'run' | 'wait' | 'off';

/** How a status looks and reads: a word, an icon and a colour, never a colour alone. */
export interface StatusLook {
  label: string;
  tone: Tone;
  icon: Component<{ class?: string; 'aria-hidden'?: 'true' }>;
  moving?: boolean;
}

/** Every status of the API that is shown as a badge, whatever it belongs to. */
export const statusLooks: Record<string, StatusLook> = {
  SCHEDULED: { label: 'Scheduled', tone: 'wait', icon: CalendarClock },
  BLOCKED: { label: 'Blocked', tone: 'off', icon: Lock },
  QUEUED: { label: 'Queued', tone: 'wait', icon: Hourglass },
  RUNNING: { label: 'Running', tone: 'run', icon: LoaderCircle, moving: true },
  RETRYING: { label: 'Retrying', tone: 'warn', icon: RotateCcw },
  SUCCEEDED: { label: 'Succeeded', tone: 'ok', icon: CircleCheck },
  FAILED: { label: 'Failed', tone: 'bad', icon: CircleX },
  CANCELLED: { label: 'Cancelled', tone: 'off', icon: Ban },
  EXPIRED: { label: 'Expired', tone: 'off', icon: TimerOff },
  // attempts
  TIMED_OUT: { label: 'Timed out', tone: 'bad', icon: TimerOff },
  LOST: { label: 'Worker lost', tone: 'bad', icon: Unplug },
  SNOOZED: { label: 'Snoozed', tone: 'wait', icon: CalendarClock },
  // bulk operations
  FINISHED: { label: 'Finished', tone: 'ok', icon: CircleCheck },
  ABORTED: { label: 'Stopped', tone: 'warn', icon: Ban },
  // fires of schedules
  RAN: { label: 'Ran', tone: 'ok', icon: CircleCheck },
  MISSED: { label: 'Missed', tone: 'bad', icon: CircleX },
  OVERLAPPED: { label: 'Left out', tone: 'off', icon: Ban },
  // deliveries
  PENDING: { label: 'Pending', tone: 'wait', icon: Hourglass },
  SUPPRESSED: { label: 'Suppressed', tone: 'off', icon: Ban },
  // workers
  ONLINE: { label: 'Online', tone: 'ok', icon: CircleCheck },
  DRAINING: { label: 'Draining', tone: 'warn', icon: Hourglass },
  STOPPING: { label: 'Stopping', tone: 'warn', icon: Hourglass },
  OFFLINE: { label: 'Offline', tone: 'bad', icon: Unplug },
  // what can be switched
  ON: { label: 'On', tone: 'ok', icon: CircleCheck },
  OFF: { label: 'Off', tone: 'off', icon: CirclePause },
  ACTIVE: { label: 'Active', tone: 'ok', icon: CircleCheck },
  PAUSED: { label: 'Paused', tone: 'warn', icon: CirclePause },
  DISABLED: { label: 'Disabled', tone: 'off', icon: CirclePause },
  NEW: { label: 'New', tone: 'off', icon: CircleDashed },
  // health
  OK: { label: 'OK', tone: 'ok', icon: CircleCheck },
  DEGRADED: { label: 'Degraded', tone: 'warn', icon: TriangleAlert },
  DOWN: { label: 'Down', tone: 'bad', icon: CircleX },
};

const unknownLook = (status: string): StatusLook => ({ label: status, tone: 'off', icon: CircleDashed });

/** A status that this version of the dashboard does not know is shown by its own name. */
export const statusLook = (status: string): StatusLook => statusLooks[status] ?? unknownLook(status);

const terminal = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED']);

export const isTerminal = (status: string): boolean => terminal.has(status);
