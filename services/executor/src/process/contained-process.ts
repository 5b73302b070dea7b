export { type ContainedOptions, type ContainedProcess, startContained } from '@jobflow/platform';
