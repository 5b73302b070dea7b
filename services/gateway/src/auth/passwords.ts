import { randomBytes } from 'node:crypto';

/** OWASP's argon2id parameters: 19 MiB, two passes, one lane; about 10 ms. */
const options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Verifications at once: each takes 19 MiB and a thread of the pool. */
const atOnce = 4;
const waiting = 200;

export interface Passwords {
  hash(password: string): Promise<string>;
  /**
   * Whether the password is right. Without a hash (no such user) it takes as long and says no.
   * @param gate asked right before the work starts, so that guesses which queued up together are counted; false: refused
   */
  verify(hash: string | undefined, password: string, gate?: () => Promise<boolean>): Promise<boolean | 'refused'>;
}

/** Hashes passwords with argon2id; the native library is loaded when first needed. */
export function createPasswords(): Passwords {
  const turns = createTurns(atOnce, waiting);
  let nobody: Promise<string> | undefined;

  const hash = async (password: string) => (await import('@node-rs/argon2')).hash(password, options);

  return {
    hash: (password) => turns.run(() => hash(password)) as Promise<string>,
    async verify(stored, password, gate) {
      nobody ??= hash(randomBytes(16).toString('hex'));
      const against = stored ?? (await nobody);
      return turns.run(async () => {
        if (gate && !(await gate())) return 'refused';
        const { verify } = await import('@node-rs/argon2');
        const right = await verify(against, password);
        return right && stored !== undefined;
      }, 'refused' as const);
    },
  };
}

/** Runs so many tasks at once and lets so many wait; beyond that the answer is `full`, or an error without one. */
function createTurns(most: number, mostWaiting: number) {
  let running = 0;
  const queue: (() => void)[] = [];
  return {
    async run<T, F>(task: () => Promise<T>, full?: F): Promise<T | F> {
      if (running >= most) {
        if (queue.length >= mostWaiting) {
          if (full !== undefined) return full;
          throw new Error(`more than ${mostWaiting} password hashes are waiting`);
        }
        await new Promise<void>((go) => queue.push(go));
      } else running++;
      try {
        return await task();
      } finally {
        const next = queue.shift();
        if (next) next();
        else running--;
      }
    },
  };
}

export const passwordRule = { min: 8, max: 256 } as const;

/** What is wrong with a new password; undefined if nothing is. */
export function passwordFault(password: string): string | undefined {
  if (password.length < passwordRule.min) return `must be at least ${passwordRule.min} characters long`;
  if (password.length > passwordRule.max) return `must be at most ${passwordRule.max} characters long`;
  return undefined;
}
