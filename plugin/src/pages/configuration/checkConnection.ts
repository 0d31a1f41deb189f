import type { CollectorStatus, Me } from '@plumbline/collector/api';
import { RequestFailure } from '../../api/requestFailure';
import { formatCount } from '../../format/number';
import { t } from '../../i18n';

/** What a test of the connection found, in words for the person who can change it. */
export interface ConnectionResult {
  readonly severity: 'success' | 'warning' | 'error';
  readonly title: string;
  /** What it means and what to do, one thing a line. */
  readonly lines: readonly string[];
  /** The collector's stable code, where it gave one. */
  readonly code?: string;
}

/** The two readings that a test needs. Both fail with anything a request can fail with. */
export interface ConnectionReader {
  me(): Promise<Me>;
  status(): Promise<CollectorStatus>;
}

/**
 * Whether Grafana reaches a collector at `address`, whether the collector takes its token and its people, and whether it
 * is ready. Never throws: whatever goes wrong is the result.
 */
export async function checkConnection(address: string, collector: ConnectionReader): Promise<ConnectionResult> {
  let me: Me;
  let status: CollectorStatus;
  try {
    me = await collector.me();
    status = await collector.status();
  } catch (thrown) {
    return failed(address, thrown);
  }
  return typeof me.subject === 'string' && Array.isArray(status.notReady)
    ? answered(address, me, status)
    : notACollector(address);
}

function answered(address: string, me: Me, status: CollectorStatus): ConnectionResult {
  const models = Object.keys(status.models).length;
  const known = me.insecure ? localMode(me) : knownAs(me);
  const ready = status.ready
    ? []
    : [t('configuration.waits-for', 'It waits for: {{what}}', { what: status.notReady.join(', ') })];
  return {
    severity: status.ready && known.isPerson ? 'success' : 'warning',
    title: titleOf(status.ready, known.isPerson),
    lines: [
      ...ready,
      known.line,
      t('configuration.counts', 'Collector {{version}} at {{address}}: {{models}} models, {{inferences}} inferences.', {
        version: status.version,
        address,
        models: formatCount(models),
        inferences: formatCount(status.counts.inferences),
      }),
    ],
  };
}

function titleOf(isReady: boolean, isPerson: boolean): string {
  if (!isReady) {
    return t('configuration.not-ready', 'The collector answers, but is not ready');
  }
  return isPerson
    ? t('configuration.connected', 'Connected')
    : t('configuration.no-people', 'The collector answers, but does not know who is looking');
}

function knownAs(me: Me): { readonly isPerson: boolean; readonly line: string } {
  return me.role === null
    ? {
        isPerson: false,
        line: t(
          'configuration.machine',
          'It takes you for the machine {{name}}: give that token the scope "proxy" in plumbline.yaml (collector.identity.tokens).',
          { name: me.name },
        ),
      }
    : {
        isPerson: true,
        line: t('configuration.person', 'It knows you as {{name}}, with the role {{role}}.', {
          name: me.name,
          role: me.role,
        }),
      };
}

function localMode(me: Me): { readonly isPerson: boolean; readonly line: string } {
  return {
    isPerson: false,
    line: t(
      'configuration.insecure',
      'It runs in the insecure local mode and takes everybody on its machine for {{name}}. Switch that off (collector.identity.insecureLocal) before others use it.',
      { name: me.name },
    ),
  };
}

function failed(address: string, failure: unknown): ConnectionResult {
  if (!(failure instanceof RequestFailure)) {
    return error(t('configuration.no-answer', 'The connection could not be tested'), [String(failure)]);
  }
  const { code, message, status } = failure;
  if (code === 'NOT_AUTHENTICATED') {
    return { ...notAuthenticated(message), code };
  }
  if (code === 'IDENTITY_UNAVAILABLE') {
    return error(
      t('configuration.no-keys', 'The collector cannot fetch the keys of Grafana'),
      [
        message,
        t(
          'configuration.no-keys-how',
          'collector.identity.grafana.keysUrl in plumbline.yaml must lead to /api/signing-keys/keys of this Grafana, from where the collector runs.',
        ),
      ],
      code,
    );
  }
  if (code === 'HTTP_403') {
    return error(t('configuration.no-permission', 'Grafana does not let you read from the collector'), [
      message,
      t('configuration.no-permission-how', 'Your role lacks the permission plumbline-models-app.models:read.'),
    ]);
  }
  if (code === 'HTTP_404') {
    return message.includes('route')
      ? error(t('configuration.no-route', 'Grafana does not know the routes of this app yet'), [
          message,
          t('configuration.no-route-how', 'Grafana reads plugin.json at its start: restart it.'),
        ])
      : notACollector(address);
  }
  if (failure.kind === 'unreachable' && code.startsWith('HTTP_')) {
    return unreachable(address, message);
  }
  return failure.kind === 'unreachable' && status === 0
    ? error(t('configuration.no-grafana', 'Grafana does not answer'), [message])
    : error(t('configuration.refused', 'The collector answers, but refuses'), [message], code);
}

function unreachable(address: string, message: string): ConnectionResult {
  return error(t('configuration.unreachable', 'Grafana cannot reach a collector at {{address}}', { address }), [
    message,
    t(
      'configuration.unreachable-how',
      'The address is used by the server of Grafana, not by your browser: from inside a container, localhost is the container itself.',
    ),
  ]);
}

function notACollector(address: string): ConnectionResult {
  return error(
    t('configuration.other-server', 'Something answers at {{address}}, but it is not a collector', { address }),
    [t('configuration.other-server-how', 'Leave the path out of the address, and check its port.')],
  );
}

/** One code for every kind of missing or wrong credentials: what the message is about tells them apart. */
function notAuthenticated(message: string): ConnectionResult {
  if (message.includes('X-Grafana-Id')) {
    return error(t('configuration.id-refused', 'The collector does not accept who Grafana says you are'), [
      message,
      t(
        'configuration.id-refused-how',
        'collector.identity.grafana in plumbline.yaml must hold the root_url of this Grafana as issuer, with its closing slash, and the number of this organisation.',
      ),
    ]);
  }
  if (message.includes('identity.grafana')) {
    return error(t('configuration.no-identity', 'The collector is not told to trust this Grafana'), [
      message,
      t('configuration.no-identity-how', 'Set collector.identity.grafana (issuer, keysUrl) in plumbline.yaml.'),
    ]);
  }
  return error(t('configuration.token-refused', 'The collector refuses the token'), [
    message,
    t(
      'configuration.token-refused-how',
      'The token must be the secret of an entry of collector.identity.tokens in plumbline.yaml that has the scope "proxy".',
    ),
  ]);
}

function error(title: string, lines: readonly string[], code?: string): ConnectionResult {
  return { severity: 'error', title, lines, ...(code === undefined ? {} : { code }) };
}
