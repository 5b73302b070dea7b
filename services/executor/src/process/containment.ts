export {
  type Containment,
  containedCommand,
  findContainment,
  type ResourceLimits,
} from '@jobflow/platform';
