import type { Limits } from '@jobflow/contracts';

/** Limits that only a process of its own can have. */
export const wantsProcess = (limits: Limits | undefined): boolean =>
  limits?.memoryMb !== undefined || limits?.cpuSeconds !== undefined;
