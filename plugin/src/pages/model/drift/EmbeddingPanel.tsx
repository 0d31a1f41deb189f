import { Button, Stack, Text } from '@grafana/ui';
import type { DriftReport } from '@plumbline/collector/api';
import type { ReactNode } from 'react';
import { BeyondChance } from '../../../components/BeyondChance';
import { EstimateText } from '../../../components/EstimateText';
import { Facts } from '../../../components/Facts';
import { Noted } from '../../../components/Noted';
import { Panel } from '../../../components/Panel';
import { formatSignal } from '../../../format/name';
import { t } from '../../../i18n';

interface EmbeddingPanelProps {
  readonly embedding: NonNullable<DriftReport['embeddings']>[number];
  /** Shows the projection that moved furthest. */
  readonly onChoose: (signal: string) => void;
}

/** What the projections of one embedding say together: turned, shifted, told apart, or spread otherwise. */
export function EmbeddingPanel({ embedding, onChoose }: EmbeddingPanelProps) {
  const { feature, projections, sentence, furthest, domainClassifierArea, maximumMeanDiscrepancy } = embedding;
  return (
    <Panel
      title={t('embedding.title', 'Embedding {{feature}}: latest window against the reference', { feature })}
      description={t(
        'embedding.why',
        'Its {{projections}} projections are watched one by one; these numbers look at all of them. They are for reading: alarms come from the evidence of projections.',
        { projections },
      )}
    >
      <Stack direction="column" gap={1.5}>
        <Text>{sentence}</Text>
        <Facts
          isWide
          facts={[
            fact(
              t('embedding.centre', 'Centre turned by'),
              t('embedding.centre-why', 'Cosine distance of the means: 0 the same way, 1 at right angles, 2 opposite'),
              <BeyondChance estimate={embedding.centroidCosineDistance} />,
            ),
            fact(
              t('embedding.furthest', 'Furthest projection by'),
              t('embedding.furthest-why', 'How far its rows moved on average, in standard deviations of the reference'),
              <Stack direction="row" gap={1} alignItems="baseline" wrap="wrap">
                <BeyondChance estimate={embedding.wassersteinNormalised} />
                <Button size="sm" fill="text" onClick={() => onChoose(furthest)}>
                  {formatSignal(furthest)}
                </Button>
              </Stack>,
            ),
            fact(
              t('embedding.area', 'Told apart with AUC'),
              t('embedding.area-why', 'By a straight line between the rows of both: 0.5 not at all, 1 always'),
              domainClassifierArea === null ? <NoRows /> : <EstimateText estimate={domainClassifierArea} />,
            ),
            fact(
              t('embedding.discrepancy', 'Unlike in any way (MMD²)'),
              t(
                'embedding.discrepancy-why',
                'About 0 when nothing changed; sees a change of spread too, which no line sees',
              ),
              maximumMeanDiscrepancy === null ? <NoRows /> : <BeyondChance estimate={maximumMeanDiscrepancy} />,
            ),
          ]}
        />
      </Stack>
    </Panel>
  );
}

function fact(name: string, meaning: string, value: ReactNode): [string, ReactNode] {
  return [
    name,
    <Noted key={name} note={meaning}>
      {value}
    </Noted>,
  ];
}

function NoRows() {
  return (
    <Text color="secondary">
      {t('embedding.no-rows', 'Not known: needs sampledRows in the settings of the model, and 20 rows of either side.')}
    </Text>
  );
}
