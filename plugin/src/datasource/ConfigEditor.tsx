import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Field, Input, SecretInput, Stack } from '@grafana/ui';
import { useId } from 'react';
import { t } from '../i18n';
import type { SourceSecrets, SourceSettings } from './query';

type Props = DataSourcePluginOptionsEditorProps<SourceSettings, SourceSecrets>;

/** Where the collector is, and a token for it. The address stays out of `url`, so that no path goes past the routes. */
export function ConfigEditor({ options, onOptionsChange }: Props) {
  const id = useId();
  const { jsonData, secureJsonData, secureJsonFields } = options;
  return (
    <Stack direction="column" gap={1}>
      <Field
        label={t('source.config.url', 'Collector')}
        description={t('source.config.url-why', 'As Grafana reaches it, for example http://collector:4318')}
        htmlFor={`${id}-url`}
        noMargin
      >
        <Input
          id={`${id}-url`}
          type="url"
          width={60}
          value={jsonData.collectorUrl ?? ''}
          onChange={({ currentTarget }) =>
            onOptionsChange({
              ...options,
              jsonData: { ...jsonData, collectorUrl: currentTarget.value.replace(/\/+$/, '') },
            })
          }
        />
      </Field>
      <Field
        label={t('source.config.token', 'Token')}
        description={t(
          'source.config.token-why',
          'With the scope proxy, people read as themselves. With the scope read, everybody who may query this data source reads, anonymous visitors too.',
        )}
        htmlFor={`${id}-token`}
        noMargin
      >
        <SecretInput
          id={`${id}-token`}
          width={60}
          isConfigured={secureJsonFields.collectorToken ?? false}
          value={secureJsonData?.collectorToken ?? ''}
          onChange={({ currentTarget }) =>
            onOptionsChange({ ...options, secureJsonData: { ...secureJsonData, collectorToken: currentTarget.value } })
          }
          onReset={() =>
            onOptionsChange({
              ...options,
              secureJsonFields: { ...secureJsonFields, collectorToken: false },
              secureJsonData: { ...secureJsonData, collectorToken: '' },
            })
          }
        />
      </Field>
    </Stack>
  );
}
