import { Combobox, RadioButtonGroup } from '@grafana/ui';
import { statisticName } from '../format/statistic';

interface StatisticPickerProps {
  readonly label: string;
  readonly names: readonly string[];
  /** How they are written; default: as statistics. */
  readonly nameOf?: (name: string) => string;
  readonly value: string | undefined;
  readonly onChange: (name: string) => void;
}

/** More would not fit beside a panel's title on a narrow screen. */
const mostInARow = 4;

/** Which of several statistics is shown: side by side when they are few, in a list when they are many. */
export function StatisticPicker({ label, names, nameOf = statisticName, value, onChange }: StatisticPickerProps) {
  const options = names.map((name) => ({ value: name, label: nameOf(name) }));
  if (names.length <= 1) {
    return null;
  }
  return names.length <= mostInARow ? (
    <RadioButtonGroup size="sm" aria-label={label} options={options} value={value} onChange={onChange} />
  ) : (
    <Combobox
      aria-label={label}
      width={32}
      options={options}
      value={value ?? null}
      onChange={(option) => onChange(option.value)}
    />
  );
}
