export { eBenjaminiHochberg } from './eBenjaminiHochberg.ts';
export { whatChanged } from './whatChanged.ts';
