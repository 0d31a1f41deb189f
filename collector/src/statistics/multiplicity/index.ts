export { eBenjaminiHochberg } from './eBenjaminiHochberg.ts';
export { eLond, noTests, type OnlineTests } from './eLond.ts';
export { whatChanged } from './whatChanged.ts';
