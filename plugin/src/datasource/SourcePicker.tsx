import { getTemplateSrv } from '@grafana/runtime';
import { Combobox, type ComboboxOption, InlineField } from '@grafana/ui';
import { useId } from 'react';

interface SourcePickerProps {
  readonly label: string;
  readonly tooltip?: string;
  readonly placeholder?: string;
  readonly value: string | undefined;
  /** How a chosen name is written; default: as it is. A variable is written as it is in any case. */
  readonly format?: (value: string) => string;
  /** Asked when the list is opened. May reject: then only variables are offered. */
  readonly load: () => Promise<readonly ComboboxOption[]>;
  readonly onChange: (value: string) => void;
  readonly isClearable?: boolean;
}

/** A name out of what the collector knows, a dashboard variable, or anything a person writes. */
export function SourcePicker({
  label,
  tooltip,
  placeholder,
  value,
  format = (name) => name,
  load,
  onChange,
  isClearable = true,
}: SourcePickerProps) {
  const id = useId();
  async function options(typed: string): Promise<ComboboxOption[]> {
    const variables: ComboboxOption[] = getTemplateSrv()
      .getVariables()
      .map(({ name }) => ({ value: `$${name}` }));
    const known = await load().catch(() => []);
    const wanted = typed.toLowerCase();
    return [...variables, ...known].filter((option) =>
      `${option.label ?? ''} ${option.value}`.toLowerCase().includes(wanted),
    );
  }
  return (
    <InlineField label={label} tooltip={tooltip} labelWidth={14} htmlFor={id}>
      <Combobox
        id={id}
        width={30}
        options={options}
        value={
          value === undefined || value === '' ? null : { value, label: value.includes('$') ? value : format(value) }
        }
        placeholder={placeholder}
        createCustomValue
        isClearable={isClearable as true}
        onChange={(option: ComboboxOption | null) => onChange(option?.value ?? '')}
      />
    </InlineField>
  );
}
