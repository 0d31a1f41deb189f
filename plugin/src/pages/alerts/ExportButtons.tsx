import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';
import { Button, ButtonGroup } from '@grafana/ui';
import type { Alert } from '@plumbline/collector/api';
import { useState } from 'react';
import { collector } from '../../api/client';
import { failureFrom } from '../../api/failure';
import { t } from '../../i18n';
import { incidentJson } from './incident';

/** Saves everything known about an alert as a file: to keep, or to write the review from. */
export function ExportButtons({ alert }: { readonly alert: Alert }) {
  const [isBusy, setBusy] = useState(false);

  async function save(extension: 'json' | 'md', read: () => Promise<string>): Promise<void> {
    setBusy(true);
    try {
      download(`incident-${alert.model}-${alert.id.slice(0, 8)}.${extension}`, await read());
    } catch (thrown) {
      getAppEvents().publish({
        type: AppEvents.alertError.name,
        payload: [
          t('export.failed', 'The incident could not be read: {{message}}', { message: failureFrom(thrown).message }),
        ],
      });
    } finally {
      setBusy(false);
    }
  }

  async function everything(): Promise<string> {
    const [history, changes, certificates] = await Promise.all([
      collector.wholeAlertHistory(alert.id),
      collector.alertChanges(alert.id),
      collector.alertCertificates(alert.id),
    ]);
    return incidentJson({
      alert,
      history: history.items,
      changes: changes.items,
      certificates,
      exportedAt: Date.now(),
    });
  }

  return (
    <ButtonGroup>
      <Button
        variant="secondary"
        icon="download-alt"
        disabled={isBusy}
        tooltip={t('export.markdown-why', 'For people: who was hurt, evidence, what changed, who did what')}
        onClick={() => save('md', () => collector.alertIncident(alert.id))}
      >
        {t('export.markdown', 'Export incident')}
      </Button>
      <Button
        variant="secondary"
        disabled={isBusy}
        tooltip={t('export.json-why', 'For programs: the same with every number and the certificates of the alarms')}
        onClick={() => save('json', everything)}
      >
        {t('export.json', 'JSON')}
      </Button>
    </ButtonGroup>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replace(/[^\w.-]/g, '_');
  link.click();
  URL.revokeObjectURL(url);
}
