import type { ServiceContext } from '@jobflow/platform';

export type Logger = ServiceContext['logger'];
