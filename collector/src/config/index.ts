export { settingsJsonSchema } from './json-schema.ts';
export { defaultSettings, type LoadOptions, loadSettings, parseSettings } from './load-settings.ts';
export { isLoopback } from './meaning.ts';
export type { SettingsProblem } from './problems.ts';
export * from './settings.ts';
