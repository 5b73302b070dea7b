export { createNotifier, type NotifierDependencies } from './notifier.js';
