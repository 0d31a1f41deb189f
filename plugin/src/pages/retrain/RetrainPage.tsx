import { PluginPage } from '@grafana/runtime';
import { Box, EmptyState, FilterInput, RadioButtonGroup, Stack, Text } from '@grafana/ui';
import { QueryState } from '../../components/QueryState';
import { ReadOlder } from '../../components/ReadOlder';
import { useFleetRetrainJobs } from '../../data/useRetrainJobs';
import { formatCount } from '../../format/number';
import { hrefTo } from '../../hrefTo';
import { t } from '../../i18n';
import { fleetPath } from '../../routing';
import { useParameter } from '../../useParameter';
import { isUnderWay, JobsTable } from './JobsTable';

/** Everything that was asked to be trained anew, over all models. */
export function RetrainPage() {
  const query = useFleetRetrainJobs();
  const [search, setSearch] = useParameter('search');
  const [show, setShow] = useParameter('show');
  const wanted = (search ?? '').trim().toLowerCase();
  return (
    <PluginPage
      pageNav={{ text: t('retrain.page', 'Retrain'), url: hrefTo(fleetPath('retrain')) }}
      subTitle={t('retrain.subtitle', 'What was asked to be trained anew, on which evidence, and what came of it')}
    >
      <QueryState query={query} subject={t('retrain.subject', 'the retrain jobs')}>
        {({ items }) => {
          if (items.length === 0) {
            return (
              <EmptyState
                variant="call-to-action"
                hideImage
                message={t('retrain.none', 'No retrain has been asked for.')}
              >
                {t(
                  'retrain.none-how',
                  'Alerts ask for one where the settings of a model say so (retrain.on); a person can, on the page of the model.',
                )}
              </EmptyState>
            );
          }
          const shown = items.filter(
            (job) =>
              (show !== 'open' || isUnderWay(job)) &&
              [job.model, job.id, job.trigger.reason, job.requestedBy].some((text) =>
                text.toLowerCase().includes(wanted),
              ),
          );
          return (
            <>
              <Box marginBottom={2}>
                <Stack direction="row" gap={2} wrap="wrap">
                  <FilterInput
                    escapeRegex={false}
                    width={40}
                    value={search ?? ''}
                    onChange={setSearch}
                    placeholder={t('retrain.search', 'Search by model, reason or person')}
                    aria-label={t('retrain.search', 'Search by model, reason or person')}
                  />
                  <RadioButtonGroup
                    aria-label={t('retrain.show', 'Which jobs')}
                    value={show === 'open' ? 'open' : 'all'}
                    onChange={(value) => setShow(value === 'open' ? value : null)}
                    options={[
                      { value: 'all', label: t('retrain.all', 'All ({{n}})', { n: items.length }) },
                      {
                        value: 'open',
                        label: t('retrain.open', 'Under way ({{n}})', { n: items.filter(isUnderWay).length }),
                      },
                    ]}
                  />
                </Stack>
              </Box>
              {shown.length === 0 ? (
                <EmptyState variant="not-found" message={t('retrain.none-match', 'No job matches this filter')} />
              ) : (
                <JobsTable jobs={shown} showsModel />
              )}
              {query.hasNextPage && (
                <Box marginTop={2}>
                  <Stack direction="row" gap={2} alignItems="center">
                    <Text color="secondary" variant="bodySmall" tabular>
                      {t('retrain.read', '{{shown}} of the latest {{read}} jobs', {
                        shown: formatCount(shown.length),
                        read: formatCount(items.length),
                      })}
                    </Text>
                    <ReadOlder query={query} />
                  </Stack>
                </Box>
              )}
            </>
          );
        }}
      </QueryState>
    </PluginPage>
  );
}
