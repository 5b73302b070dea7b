const formats = new Map<string, Intl.DateTimeFormat>();

/** A fire in the schedule's own zone: `Mon 23 Nov, 09:00`, with seconds only when they say something. */
export function fireTime(at: string, timezone: string): string {
  const instant = Date.parse(at);
  return format(timezone, new Date(instant).getUTCSeconds() !== 0).format(instant);
}

function format(timezone: string, seconds: boolean): Intl.DateTimeFormat {
  const key = `${timezone} ${seconds}`;
  const known = formats.get(key);
  if (known) return known;
  const made = newFormat(timezone, seconds);
  formats.set(key, made);
  return made;
}

function newFormat(timezone: string, seconds: boolean): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
  };
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: timezone });
  } catch {
    // A zone this browser does not know: better its own zone than none.
    return new Intl.DateTimeFormat('en-GB', options);
  }
}
