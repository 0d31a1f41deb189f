import { type DataFrame, FieldType, MappingType, toDataFrame, type ValueMapping } from '@grafana/data';
import type { Health, ModelList } from '@plumbline/collector/api';
import { healthLook } from '../../components/badges';
import { APP_PATH } from '../../constants';
import { t } from '../../i18n';
import { numberField, textField } from './field';

const healths: readonly Health[] = ['ok', 'watch', 'alarm', 'no_data', 'error'];
const aspects = ['overall', 'drift', 'performance', 'fairness', 'dataQuality'] as const;

/** The fleet, one row a model. */
export function modelsFrame(models: ModelList['items']): DataFrame {
  const mappings = healthMappings();
  // Names of models hold nothing that an address would read otherwise; Grafana replaces the rest.
  const links = [
    {
      title: t('source.link-model', 'Open in Plumbline'),
      url: `${APP_PATH}/models/\${__value.raw}/overview`,
    },
  ];
  return toDataFrame({
    name: 'models',
    fields: [
      textField(
        'model',
        models.map(({ model }) => model),
        { displayName: t('source.field.model', 'Model'), links },
      ),
      textField(
        'environment',
        models.map(({ environment }) => environment),
        {
          displayName: t('source.field.environment', 'Environment'),
        },
      ),
      textField(
        'champion',
        models.map(({ champion }) => champion),
        {
          displayName: t('source.field.champion', 'Champion'),
        },
      ),
      ...aspects.map((aspect) =>
        textField(
          aspect,
          models.map(({ health }) => health[aspect]),
          { displayName: aspectName(aspect), mappings },
        ),
      ),
      numberField(
        'openAlerts',
        models.map(({ openAlerts }) => openAlerts),
        {
          displayName: t('source.field.alerts', 'Open alerts'),
          unit: 'short',
        },
      ),
      numberField(
        'rowsLastHour',
        models.map(({ rowsLastHour }) => rowsLastHour),
        {
          displayName: t('source.field.rows', 'Rows in the last hour'),
          unit: 'short',
        },
      ),
      {
        name: 'lastEventAt',
        type: FieldType.time,
        values: models.map(({ lastEventAt }) => lastEventAt),
        config: { displayName: t('source.field.last-event', 'Last event') },
      },
      textField(
        'owner',
        models.map(({ owner }) => owner),
        { displayName: t('source.field.owner', 'Owner') },
      ),
    ],
  });
}

function aspectName(aspect: (typeof aspects)[number]): string {
  switch (aspect) {
    case 'overall':
      return t('source.field.overall', 'Health');
    case 'drift':
      return t('source.field.drift', 'Drift');
    case 'performance':
      return t('source.field.performance', 'Performance');
    case 'fairness':
      return t('source.field.fairness', 'Fairness');
    case 'dataQuality':
      return t('source.field.data-quality', 'Data quality');
  }
}

/** Words and colours of healths, so that a table needs no overrides. */
function healthMappings(): ValueMapping[] {
  const options = Object.fromEntries(
    healths.map((health, index) => {
      const { text, color } = healthLook(health);
      return [health, { text, color: color === 'darkgrey' ? 'text' : color, index }];
    }),
  );
  return [{ type: MappingType.ValueToText, options }];
}
