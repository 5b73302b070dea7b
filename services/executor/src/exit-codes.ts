/** An executor that was told to restart ends with it: any supervisor starts again what ended with an error. */
export const RESTART_EXIT_CODE = 83;
/** One that was told to shut down ends as one that was stopped does. */
export const SHUTDOWN_EXIT_CODE = 0;
