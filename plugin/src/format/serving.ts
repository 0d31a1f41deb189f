import type { ModelSummary } from '@plumbline/collector/api';
import { t } from '../i18n';
import { nothing } from './number';

/** The champion; before any, the version that events name, and that nobody promoted it. */
export function servingText({ champion, version }: Pick<ModelSummary, 'champion' | 'version'>): string {
  return (
    champion ?? (version === null ? nothing : t('format.not-promoted', '{{version}}, never promoted', { version }))
  );
}
