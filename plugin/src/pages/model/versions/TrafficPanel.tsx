import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Stack, Text, useTheme2 } from '@grafana/ui';
import type { VersionList } from '@plumbline/collector/api';
import { Panel } from '../../../components/Panel';
import { SplitBar, type SplitPart } from '../../../components/SplitBar';
import { formatActor } from '../../../format/name';
import { formatBasisPoints, formatCount } from '../../../format/number';
import { formatTime } from '../../../format/time';
import { t } from '../../../i18n';
import { BreakGlassButton } from './BreakGlassButton';
import { PauseButton } from './PauseButton';
import { RollBackButton } from './RollBackButton';

/** How traffic is meant to be split, and how it really was. */
export function TrafficPanel({ list }: { readonly list: VersionList }) {
  const theme = useTheme2();
  const { routing, observed, paused } = list;
  const served = observed.filter(({ role }) => role !== 'shadow');
  const rows = served.reduce((sum, part) => sum + part.rows, 0);
  return (
    <Panel
      title={t('traffic.title', 'Traffic')}
      description={t(
        'traffic.why',
        'Desired is what apps are told. Observed is what they recorded over the latest windows; it follows with the next window.',
      )}
      actions={
        <Stack direction="row" gap={1}>
          <BreakGlassButton list={list} />
          <PauseButton list={list} size="sm" />
          <RollBackButton list={list} size="sm" />
        </Stack>
      }
    >
      <Stack direction="column" gap={2}>
        <SplitBar label={t('traffic.desired', 'Desired')} parts={desiredParts(list, theme)} />
        {rows > 0 ? (
          <SplitBar
            label={t('traffic.observed', 'Observed, {{rows}} rows', { rows: formatCount(rows) })}
            parts={served.map(({ version, role, rows: own }) => ({
              name: t('traffic.version', 'Version {{version}}', { version }),
              share: own / rows,
              color: colorOf(role, theme),
            }))}
          />
        ) : (
          <Text color="secondary">{t('traffic.no-rows', 'No rows observed yet.')}</Text>
        )}
        {routing?.shadow && (
          <Text>
            {t(
              'traffic.shadow',
              'Version {{version}} answers in the shadow: a copy of {{share}} of the traffic, and nobody sees what it says.',
              {
                version: routing.shadow.version,
                share: formatBasisPoints(routing.shadow.sampleBasisPoints),
              },
            )}
          </Text>
        )}
        {paused && (
          <Alert severity="warning" bottomSpacing={0} title={t('traffic.paused', 'The rollout is paused')}>
            {t('traffic.paused-by', '{{name}}, {{at}}: {{reason}}', {
              name: formatActor(paused.by),
              at: formatTime(paused.at),
              reason: paused.reason,
            })}
          </Alert>
        )}
      </Stack>
    </Panel>
  );
}

function desiredParts({ routing }: VersionList, theme: GrafanaTheme2): SplitPart[] {
  if (routing === null || routing.champion === null) {
    return [];
  }
  const canaryShare = (routing.canary?.weightBasisPoints ?? 0) / 10_000;
  return [
    {
      name: t('traffic.version', 'Version {{version}}', { version: routing.champion }),
      share: 1 - canaryShare,
      color: colorOf('champion', theme),
    },
    ...(routing.canary === null
      ? []
      : [
          {
            name: t('traffic.version', 'Version {{version}}', { version: routing.canary.version }),
            share: canaryShare,
            color: colorOf('canary', theme),
          },
        ]),
  ];
}

function colorOf(role: string, theme: GrafanaTheme2): string {
  const name = role === 'champion' ? 'green' : role === 'canary' ? 'blue' : 'purple';
  return theme.visualization.getColorByName(name);
}
