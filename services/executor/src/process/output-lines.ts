export { OUTPUT_BYTES, type OutputBudget, OutputLines } from '@jobflow/platform';
