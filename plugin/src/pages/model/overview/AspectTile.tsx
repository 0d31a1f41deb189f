import { Card, Stack } from '@grafana/ui';
import { HealthBadge } from '../../../components/badges';
import { hrefTo } from '../../../hrefTo';
import { modelPath } from '../../../routing';
import type { Answer } from './diagnosis';

/** One aspect of a model in a word; the tab behind it says more. */
export function AspectTile({ model, answer }: { readonly model: string; readonly answer: Answer }) {
  return (
    <Card href={hrefTo(modelPath(model, answer.tab))} noMargin>
      <Card.Heading>{answer.aspect}</Card.Heading>
      <Card.Tags>
        <Stack>
          <HealthBadge health={answer.health} />
        </Stack>
      </Card.Tags>
    </Card>
  );
}
