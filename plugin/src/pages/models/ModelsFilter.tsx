import { Box, FilterInput, RadioButtonGroup, Stack } from '@grafana/ui';
import type { ModelSummary } from '@plumbline/collector/api';
import { useMemo } from 'react';
import { t } from '../../i18n';
import { type HealthFilter, type ModelsFilterState, matchesHealth } from './selectModels';

interface ModelsFilterProps {
  readonly filter: ModelsFilterState;
  readonly models: readonly ModelSummary[];
  readonly onChange: (change: Partial<ModelsFilterState>) => void;
}

export function ModelsFilter({ filter, models, onChange }: ModelsFilterProps) {
  const { all, ok } = useMemo(
    () => ({
      all: models.length,
      ok: models.filter((model) => matchesHealth(model, 'ok')).length,
    }),
    [models],
  );
  return (
    <Box marginBottom={2}>
      <Stack direction="row" gap={2} wrap="wrap" alignItems="center">
        <FilterInput
          escapeRegex={false}
          width={40}
          value={filter.search}
          onChange={(search) => onChange({ search })}
          placeholder={t('models.search', 'Search by model, environment or owner')}
          aria-label={t('models.search', 'Search by model, environment or owner')}
        />
        <RadioButtonGroup<HealthFilter>
          aria-label={t('models.health', 'Health')}
          value={filter.health}
          onChange={(health) => onChange({ health })}
          options={[
            { value: 'all', label: t('models.all', 'All ({{n}})', { n: all }) },
            { value: 'attention', label: t('models.attention', 'Needs attention ({{n}})', { n: all - ok }) },
            { value: 'ok', label: t('models.well', 'Well ({{n}})', { n: ok }) },
          ]}
        />
      </Stack>
    </Box>
  );
}
