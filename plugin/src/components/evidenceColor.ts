import { colorManipulator, type GrafanaTheme2 } from '@grafana/data';

/** Colour of an amount of evidence, in alarm levels: quiet below a half, orange up to the alarm level, red above. */
export function evidenceColor(level: number, theme: GrafanaTheme2): string {
  if (level >= 1) {
    return theme.colors.error.main;
  }
  if (level >= 0.5) {
    return theme.colors.warning.main;
  }
  return colorManipulator.alpha(theme.colors.info.main, 0.25 + Math.max(0, level));
}
