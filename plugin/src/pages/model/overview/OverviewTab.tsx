import { Grid, Stack } from '@grafana/ui';
import type { ModelDetail } from '@plumbline/collector/api';
import { t } from '../../../i18n';
import { AboutPanel } from './AboutPanel';
import { ActionsPanel } from './ActionsPanel';
import { AspectTile } from './AspectTile';
import { aspectsOf, harmOf } from './diagnosis';
import { HarmPanel } from './HarmPanel';
import { SegmentsPanel } from './SegmentsPanel';
import { SincePanel } from './SincePanel';
import { TimelinePanel } from './TimelinePanel';
import { WrongPanel } from './WrongPanel';

/** What the person on call asks first: what is wrong, is anyone hurt, since when, what changed, what can I do. */
export function OverviewTab({ detail }: { readonly detail: ModelDetail }) {
  return (
    <Stack direction="column" gap={2}>
      <Grid columns={{ xs: 1, sm: 2, xl: 4 }} gap={2} aria-label={t('overview.aspects', 'Aspects')}>
        {aspectsOf(detail).map((answer) => (
          <AspectTile key={answer.aspect} model={detail.model} answer={answer} />
        ))}
      </Grid>
      <Grid columns={{ xs: 1, lg: 2 }} gap={2} alignItems="start">
        <Stack direction="column" gap={2}>
          <WrongPanel detail={detail} />
          <HarmPanel answers={harmOf(detail)} />
          <SincePanel model={detail.model} />
          <SegmentsPanel detail={detail} />
        </Stack>
        <Stack direction="column" gap={2}>
          <ActionsPanel detail={detail} />
          <TimelinePanel timeline={detail.timeline} />
          <AboutPanel detail={detail} />
        </Stack>
      </Grid>
    </Stack>
  );
}
