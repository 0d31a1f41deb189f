export { settingsJsonSchema } from './json-schema.ts';
export { defaultSettings, type LoadOptions, loadSettings, parseSettings } from './load-settings.ts';
export type { SettingsProblem } from './problems.ts';
export * from './settings.ts';
