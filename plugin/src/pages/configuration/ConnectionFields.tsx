import { Combobox, Field, Input, SecretInput } from '@grafana/ui';
import { t } from '../../i18n';
import { tracingSources } from '../model/traces/traceAddress';

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

interface CheckedFieldProps extends FieldProps {
  /** What is wrong with the value; `null`: nothing. */
  readonly problem: string | null;
}

/** Where the collector is. */
export function AddressField({ value, onChange, problem }: CheckedFieldProps) {
  return (
    <Field
      label={t('configuration.address', 'Collector URL')}
      description={t(
        'configuration.address-why',
        'Where the server of Grafana reaches the collector. It should be reachable from nowhere else.',
      )}
      invalid={problem !== null}
      error={problem}
      required
    >
      <Input
        id="collector-url"
        name="collector-url"
        placeholder="http://collector:4318"
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </Field>
  );
}

interface TokenFieldProps extends CheckedFieldProps {
  /** Grafana has one, and does not show it. */
  readonly isKept: boolean;
  readonly onReset: () => void;
}

/** What Grafana's proxy shows it. */
export function TokenField({ value, onChange, problem, isKept, onReset }: TokenFieldProps) {
  return (
    <Field
      label={t('configuration.token', 'Collector token')}
      description={t(
        'configuration.token-why',
        'The secret of an entry of collector.identity.tokens with the scope "proxy". Grafana keeps it encrypted and never shows it again.',
      )}
      invalid={problem !== null}
      error={problem}
      required
    >
      <SecretInput
        id="collector-token"
        name="collector-token"
        autoComplete="off"
        isConfigured={isKept}
        onReset={onReset}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </Field>
  );
}

/** Where traces are kept. */
export function TracingField({ value, onChange }: FieldProps) {
  return (
    <Field
      label={t('configuration.tracing', 'Tracing data source')}
      description={t(
        'configuration.tracing-why',
        'Where the traces of the apps are kept, for example Tempo: inferences on the Traces tab of a model lead there. Choose one, or type its uid.',
      )}
    >
      <Combobox
        id="tracing-data-source"
        isClearable
        createCustomValue
        placeholder={t('configuration.no-tracing', 'None')}
        options={tracingSources().map(({ uid, name, type }) => ({ value: uid, label: name, description: type }))}
        value={value === '' ? null : value}
        onChange={(option) => onChange(option?.value ?? '')}
      />
    </Field>
  );
}
