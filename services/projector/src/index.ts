export { createProjector, type Projector } from './projector.js';
