import { Icon, Stack, Text } from '@grafana/ui';
import type { Me, Verb } from '@plumbline/collector/api';
import { refusalOf } from '../../access';
import { Panel } from '../../components/Panel';
import { PlainTable } from '../../components/PlainTable';
import { QueryState } from '../../components/QueryState';
import { useMe } from '../../data/useMe';
import { formatWords } from '../../format/name';
import { t } from '../../i18n';
import { permissionOf, rolesOf } from '../../verbs';

const roles = ['viewer', 'operator', 'approver'] as const;

/** Who one is here, and which action takes which role and permission. */
export function RolesPanel() {
  const query = useMe();
  return (
    <Panel
      title={t('roles.title', 'Roles')}
      description={t(
        'roles.why',
        'Grafana lets a request through by its permission; the collector checks the signed identity of the person again and decides by role.',
      )}
    >
      <QueryState query={query} subject={t('roles.subject', 'who you are')}>
        {(me) => (
          <Stack direction="column" gap={2}>
            <Text>
              {t('roles.me', 'You are {{name}} ({{subject}}), with the role {{role}}.', {
                name: me.name,
                subject: me.subject,
                role: me.role ?? t('access.machine', 'a machine without a role'),
              })}
            </Text>
            <Matrix me={me} />
          </Stack>
        )}
      </QueryState>
    </Panel>
  );
}

function Matrix({ me }: { readonly me: Me }) {
  const verbs = Object.keys(permissionOf) as Verb[]; // the record has every verb and nothing else
  return (
    <PlainTable
      label={t('roles.title', 'Roles')}
      columns={[
        t('roles.column.action', 'Action'),
        ...roles.map((role) => formatWords(role)),
        t('roles.column.permission', 'Permission in Grafana'),
        t('roles.column.you', 'You'),
      ]}
      rows={verbs.map((verb) => ({
        key: verb,
        cells: [
          verbName(verb),
          ...roles.map((role) => <Mark key={role} isSet={rolesOf[verb].some((allowed) => allowed === role)} />),
          <Text key="permission" variant="code">
            {permissionOf[verb]}
          </Text>,
          <May key="you" refusal={refusalOf(verb, me)} />,
        ],
      }))}
    />
  );
}

function Mark({ isSet }: { readonly isSet: boolean }) {
  return isSet ? (
    <Icon name="check" title={t('roles.may', 'may')} />
  ) : (
    <Text color="secondary">
      <span title={t('roles.may-not', 'may not')}>–</span>
    </Text>
  );
}

function May({ refusal }: { readonly refusal: string | null }) {
  return refusal === null ? (
    <Text color="success">{t('roles.you-may', 'May')}</Text>
  ) : (
    <Text color="secondary" variant="bodySmall">
      {refusal}
    </Text>
  );
}

/** As the button says that a person presses for it. */
function verbName(verb: Verb): string {
  switch (verb) {
    case 'expect':
      return t('alert.expect', 'Mark expected');
    case 'break-glass':
      return t('glass.open', 'Emergency');
    case 'dequeue':
      return t('holds.dequeue', 'Take out of the queue');
    case 'close-break-glass':
      return t('holds.close', 'End the emergency');
    default:
      return formatWords(verb.replaceAll('-', ' '));
  }
}
