export { jobEnvironment } from '@jobflow/platform';
