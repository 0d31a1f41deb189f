import { Combobox, Grid, InlineField, Stack, Text } from '@grafana/ui';
import { EvidenceOfRetrain } from '../../components/EvidenceOfRetrain';
import { Panel } from '../../components/Panel';
import { QueryState } from '../../components/QueryState';
import { useModel } from '../../data/useModel';
import { useModels } from '../../data/useModels';
import { useRetrainRecommendation } from '../../data/useRetrainJobs';
import { t } from '../../i18n';
import { useParameter } from '../../useParameter';
import { AboutFacts } from '../model/overview/AboutPanel';

/** What is promised of a model and what holds a retrain back, as its settings say. */
export function PoliciesPanel() {
  const fleet = useModels();
  const [chosen, choose] = useParameter('model');
  return (
    <Panel
      title={t('policies.title', 'Policies')}
      description={t('policies.why', 'They are declared in plumbline.yaml, under each model, and changed there.')}
    >
      <QueryState query={fleet} subject={t('models.subject', 'the models')}>
        {({ items }) => {
          const model = items.find((item) => item.model === chosen)?.model ?? items[0]?.model;
          return model === undefined ? (
            <Text color="secondary">{t('policies.none', 'No model is declared yet.')}</Text>
          ) : (
            <Stack direction="column" gap={2}>
              <InlineField label={t('policies.model', 'Model')} htmlFor="policy-model">
                <Combobox
                  id="policy-model"
                  width={40}
                  options={items.map((item) => ({ value: item.model, label: item.model }))}
                  value={model}
                  onChange={({ value }) => choose(value)}
                />
              </InlineField>
              <ModelPolicies model={model} />
            </Stack>
          );
        }}
      </QueryState>
    </Panel>
  );
}

function ModelPolicies({ model }: { readonly model: string }) {
  const detail = useModel(model);
  const retrain = useRetrainRecommendation(model);
  return (
    <Grid columns={{ xs: 1, xl: 2 }} gap={3} alignItems="start">
      <QueryState
        query={detail}
        subject={t('model.subject', 'the model {{model}}', { model })}
        notFound={(message) => <Text color="secondary">{message}</Text>}
      >
        {(data) => <AboutFacts detail={data} />}
      </QueryState>
      <QueryState
        query={retrain}
        subject={t('policies.retrain', 'the conditions of a retrain')}
        notFound={(message) => <Text color="secondary">{message}</Text>}
      >
        {({ reasons, guards }) => <EvidenceOfRetrain reasons={reasons} guards={guards} />}
      </QueryState>
    </Grid>
  );
}
