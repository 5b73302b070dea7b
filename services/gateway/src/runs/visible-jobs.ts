import type { Principal } from '../auth/principal.js';

/** The only jobs whose runs this client sees: those its API key is narrowed to. Undefined: all. */
export const visibleJobs = (principal: Principal | undefined): readonly string[] | undefined => principal?.jobs;
