import { PluginPage } from '@grafana/runtime';
import { Alert, Box, Button, EmptyState, FilterInput, Stack, Text } from '@grafana/ui';
import { failureFrom } from '../../api/failure';
import { AuditTable } from '../../components/AuditTable';
import { QueryState } from '../../components/QueryState';
import { ReadOlder } from '../../components/ReadOlder';
import { useAuditLog, useAuditVerification } from '../../data/useAudit';
import { formatCount } from '../../format/number';
import { hrefTo } from '../../hrefTo';
import { t } from '../../i18n';
import { fleetPath } from '../../routing';
import { useParameter } from '../../useParameter';
import { searchAudit } from './searchAudit';

/** Who changed what, when and why; and whether the log is whole. */
export function AuditPage() {
  const query = useAuditLog();
  const [search, setSearch] = useParameter('search');
  const verification = useAuditVerification();
  return (
    <PluginPage
      pageNav={{ text: t('audit.page', 'Audit'), url: hrefTo(fleetPath('audit')) }}
      subTitle={t(
        'audit.why',
        'Who did what, when and why. Records are chained by their hashes: none can be changed or removed unnoticed.',
      )}
      actions={
        <Button
          icon="shield"
          variant="secondary"
          disabled={verification.isPending}
          onClick={() => verification.mutate()}
        >
          {verification.isPending ? t('audit.verifying', 'Verifying...') : t('audit.verify', 'Verify the log')}
        </Button>
      }
    >
      <div aria-live="polite">
        <Verification verification={verification} />
      </div>
      <Box marginBottom={2}>
        <FilterInput
          escapeRegex={false}
          width={60}
          value={search ?? ''}
          onChange={setSearch}
          placeholder={t('audit.search', 'Search by person, action, target or reason')}
          aria-label={t('audit.search', 'Search by person, action, target or reason')}
        />
      </Box>
      <QueryState query={query} subject={t('audit.subject', 'the audit trail')}>
        {({ items: records }) => {
          const shown = searchAudit(records, search ?? '');
          return (
            <Stack direction="column" gap={2}>
              {shown.length === 0 ? (
                <EmptyState
                  variant="not-found"
                  message={
                    records.length === 0
                      ? t('audit.empty', 'Nobody has done anything yet')
                      : t('audit.none-match', 'No record that has been read matches')
                  }
                />
              ) : (
                <AuditTable records={shown} />
              )}
              <Stack direction="row" gap={2} alignItems="center">
                <Text color="secondary" variant="bodySmall" tabular>
                  {t('audit.read', '{{shown}} of {{read}} records that have been read', {
                    shown: formatCount(shown.length),
                    read: formatCount(records.length),
                  })}
                </Text>
                <ReadOlder query={query} />
              </Stack>
            </Stack>
          );
        }}
      </QueryState>
    </PluginPage>
  );
}

function Verification({
  verification: { data, error },
}: {
  readonly verification: ReturnType<typeof useAuditVerification>;
}) {
  if (error !== null) {
    const { message, code } = failureFrom(error);
    return (
      <Alert severity="error" title={t('audit.not-verified', 'The log could not be verified')}>
        {t('audit.failure', '{{message}} ({{code}})', { message, code })}
      </Alert>
    );
  }
  if (data === undefined) {
    return null;
  }
  return data.ok ? (
    <Alert
      severity="success"
      title={t('audit.whole', 'The log is whole: {{records}} records, every hash is right', {
        records: formatCount(data.records),
      })}
    >
      {t('audit.head', 'Head: {{head}}. Keep it elsewhere: a later log must still lead to it.', { head: data.head })}
    </Alert>
  ) : (
    <Alert severity="error" title={t('audit.broken', 'The log was changed')}>
      {data.problem}
    </Alert>
  );
}
