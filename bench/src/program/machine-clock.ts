/** Microseconds on the clock that all processes of this machine share; it starts anywhere, and never jumps. */
export const machineMicros = (): number => Number(process.hrtime.bigint() / 1000n);
