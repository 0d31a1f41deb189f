import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Stack, Text, useStyles2 } from '@grafana/ui';
import type { PerformanceReport } from '@plumbline/collector/api';
import { groupPerformance } from '../../../format/statisticGroup';
import { StatisticTile } from './StatisticTile';

/** Every statistic of a report, under the question it answers; one question needs no title. */
export function StatisticTiles({ report: { statistics, final, bounds = {} } }: { readonly report: PerformanceReport }) {
  const styles = useStyles2(getStyles);
  const groups = groupPerformance(statistics);
  return (
    <div className={styles.groups}>
      {groups.map(({ title, entries }) => (
        <Stack key={title} direction="column" gap={1}>
          {groups.length > 1 && (
            <Text element="h3" variant="h6" color="secondary">
              {title}
            </Text>
          )}
          <div className={styles.tiles}>
            {entries.map(([name, estimate]) => (
              <StatisticTile key={name} name={name} estimate={estimate} final={final} bounds={bounds[name]} />
            ))}
          </div>
        </Stack>
      ))}
    </div>
  );
}

/** Questions stand side by side where there is room for the tiles of both. */
const getStyles = (theme: GrafanaTheme2) => ({
  groups: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(2, 4) }),
  tiles: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(2), '& > *': { width: theme.spacing(22) } }),
});
