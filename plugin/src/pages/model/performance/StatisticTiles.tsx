import { Grid, Stack, Text } from '@grafana/ui';
import type { PerformanceReport } from '@plumbline/collector/api';
import { groupPerformance } from '../../../format/statisticGroup';
import { StatisticTile } from './StatisticTile';

/** Every statistic of a report, under the question it answers; one question needs no title. */
export function StatisticTiles({ report: { statistics, final, bounds = {} } }: { readonly report: PerformanceReport }) {
  const groups = groupPerformance(statistics);
  return (
    <Stack direction="column" gap={2}>
      {groups.map(({ title, entries }) => (
        <Stack key={title} direction="column" gap={1}>
          {groups.length > 1 && (
            <Text element="h3" variant="h6" color="secondary">
              {title}
            </Text>
          )}
          <Grid minColumnWidth={21} gap={2}>
            {entries.map(([name, estimate]) => (
              <StatisticTile key={name} name={name} estimate={estimate} final={final} bounds={bounds[name]} />
            ))}
          </Grid>
        </Stack>
      ))}
    </Stack>
  );
}
