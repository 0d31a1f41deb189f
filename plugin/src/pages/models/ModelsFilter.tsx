import { Box, FilterInput, RadioButtonGroup, Stack } from '@grafana/ui';
import type { ModelSummary } from '@plumbline/collector/api';
import { t } from '../../i18n';
import { type HealthFilter, type ModelsFilterState, matchesHealth } from './useModelsFilter';

interface ModelsFilterProps {
  readonly filter: ModelsFilterState;
  readonly models: readonly ModelSummary[];
  readonly onChange: (filter: ModelsFilterState) => void;
}

export function ModelsFilter({ filter, models, onChange }: ModelsFilterProps) {
  const count = (health: HealthFilter) => models.filter((model) => matchesHealth(model, health)).length;
  return (
    <Box marginBottom={2}>
      <Stack direction="row" gap={2} wrap="wrap">
        <FilterInput
          width={40}
          value={filter.search}
          onChange={(search) => onChange({ ...filter, search })}
          placeholder={t('models.search', 'Search by model, environment or owner')}
          aria-label={t('models.search', 'Search by model, environment or owner')}
        />
        <RadioButtonGroup<HealthFilter>
          aria-label={t('models.health', 'Health')}
          value={filter.health}
          onChange={(health) => onChange({ ...filter, health })}
          options={[
            { value: 'all', label: t('models.all', 'All ({{n}})', { n: count('all') }) },
            { value: 'attention', label: t('models.attention', 'Needs attention ({{n}})', { n: count('attention') }) },
            { value: 'ok', label: t('models.well', 'Well ({{n}})', { n: count('ok') }) },
          ]}
        />
      </Stack>
    </Box>
  );
}
