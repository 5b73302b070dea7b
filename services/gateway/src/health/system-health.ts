import type { Clock } from '@jobflow/platform';

export const HealthStatus = { OK: 'OK', DEGRADED: 'DEGRADED', DOWN: 'DOWN' } as const;
export type HealthStatus = keyof typeof HealthStatus;

/** What one part of the platform is doing, in words for people. */
export interface Finding {
  status: HealthStatus;
  message: string;
  /** What to do about it. */
  action?: string;
  target?: string;
}

export interface Check extends Finding {
  code: string;
  /** Since when it is as it is; epoch ms. */
  since: number;
}

export interface HealthReport {
  status: HealthStatus;
  checks: Check[];
}

export interface SystemHealth {
  /** What is wrong now; asked of the parts at most once a second, however many ask. */
  report(): Promise<HealthReport>;
}

export type Examine = () => Finding | Promise<Finding>;

const freshMs = 1_000;
const examineMs = 2_000;
const worst: HealthStatus[] = ['DOWN', 'DEGRADED'];

export function createSystemHealth(parts: Readonly<Record<string, Examine>>, clock: Clock): SystemHealth {
  const since = new Map<string, { status: HealthStatus; at: number }>();
  let latest: { at: number; report: Promise<HealthReport> } | undefined;

  async function check([code, examine]: [string, Examine]): Promise<Check> {
    const finding = await examineInTime(examine, clock);
    const before = since.get(code);
    const at = before?.status === finding.status ? before.at : clock.now();
    since.set(code, { status: finding.status, at });
    return { ...finding, code, since: at };
  }

  async function examineAll(): Promise<HealthReport> {
    const checks = await Promise.all(Object.entries(parts).map(check));
    return { status: worst.find((status) => checks.some((c) => c.status === status)) ?? 'OK', checks };
  }

  return {
    report() {
      if (!latest || clock.now() - latest.at >= freshMs) latest = { at: clock.now(), report: examineAll() };
      return latest.report;
    },
  };
}

async function examineInTime(examine: Examine, clock: Clock): Promise<Finding> {
  const late = Promise.withResolvers<Finding>();
  const timer = clock.setTimer(examineMs, () =>
    late.resolve({ status: 'DOWN', message: `No answer within ${examineMs / 1000} s.` }),
  );
  try {
    return await Promise.race([Promise.resolve().then(examine), late.promise]);
  } catch {
    // The message of a driver may hold an address or a user name.
    return { status: 'DOWN', message: 'It cannot be reached.' };
  } finally {
    timer.cancel();
  }
}
