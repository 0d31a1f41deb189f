import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';
import { Button, ButtonGroup } from '@grafana/ui';
import type { Alert } from '@plumbline/collector/api';
import { useState } from 'react';
import { collector } from '../../api/client';
import { failureFrom } from '../../api/failure';
import { t } from '../../i18n';
import { type Incident, incidentJson, incidentMarkdown } from './incident';

/** Saves everything known about an alert as a file: to keep, or to write the review from. */
export function ExportButtons({ alert }: { readonly alert: Alert }) {
  const [isBusy, setBusy] = useState(false);

  async function save(extension: 'json' | 'md', textOf: (incident: Incident) => string): Promise<void> {
    setBusy(true);
    try {
      const [history, changes, certificates] = await Promise.all([
        collector.alertHistory(alert.id),
        collector.alertChanges(alert.id),
        collector.alertCertificates(alert.id),
      ]);
      const incident = {
        alert,
        history: history.items,
        changes: changes.items,
        certificates,
        exportedAt: Date.now(),
      };
      download(`incident-${alert.model}-${alert.id.slice(0, 8)}.${extension}`, textOf(incident));
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

  return (
    <ButtonGroup>
      <Button
        variant="secondary"
        icon="download-alt"
        disabled={isBusy}
        tooltip={t('export.markdown-why', 'For people: findings, changes and history')}
        onClick={() => save('md', incidentMarkdown)}
      >
        {t('export.markdown', 'Export incident')}
      </Button>
      <Button
        variant="secondary"
        disabled={isBusy}
        tooltip={t('export.json-why', 'For programs: the same with every number and the certificates of the alarms')}
        onClick={() => save('json', incidentJson)}
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
