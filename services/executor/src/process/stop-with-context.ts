export { stopWithContext } from '@jobflow/platform';
