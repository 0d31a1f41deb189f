export { whatChanged } from './whatChanged.ts';
