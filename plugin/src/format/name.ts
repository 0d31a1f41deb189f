import { t } from '../i18n';
import { nameOfPerson } from './people';

/** `user:3` -> `Ada Byron`, `token:trainer` -> `trainer (machine)`, `system:gates` -> `gates (automatic)`. */
export function formatActor(subject: string): string {
  const [kind, ...rest] = subject.split(':');
  const name = rest.join(':');
  if (name === '') {
    return subject;
  }
  switch (kind) {
    case 'trainer':
      // The token of one job, which stands beside: what it acts on.
      return t('format.machine', '{{name}} (machine)', { name: kind });
    case 'token':
      return t('format.machine', '{{name}} (machine)', { name });
    case 'system':
      return t('format.automatic', '{{name}} (automatic)', { name });
    default:
      // Grafana's number of somebody is no name.
      return nameOfPerson(subject) ?? (/^\d+$/.test(name) ? t('format.user', 'user {{id}}', { id: name }) : name);
  }
}

/** `feature:income` -> `income`, `fairness:sex=female` -> `sex = female`, `fairness_gap:sex=female` -> `sex = female (gap)`. */
export function formatSignal(signal: string): string {
  if (signal.startsWith('performance:')) {
    // Words of ours; features and groups are named by whoever declared them.
    return signal.replace('performance:', '').replaceAll('_', ' ');
  }
  const name = signal.replace(/^(feature|fairness|fairness_gap|data_quality):/, '').replace('=', ' = ');
  return signal.startsWith('fairness_gap:') ? t('format.gap', '{{name}} (gap)', { name }) : name;
}

/** `channel=web` -> `channel = web` */
export function formatSegment(segment: string): string {
  return segment.replace('=', ' = ');
}

/** Names that are written as their owners do. */
const proper: Readonly<Record<string, string>> = { mlflow: 'MLflow', pagerduty: 'PagerDuty' };

/** `populationStabilityIndex` -> `Population stability index`, `rollout.canary_started` -> `Rollout canary started`. */
export function formatWords(name: string): string {
  const own = proper[name.toLowerCase()];
  if (own !== undefined) {
    return own;
  }
  const words = name
    .replace(/[_.]/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return sentenceCase(words);
}

/** `rollout canary started: every gate passes` -> `Rollout canary started: every gate passes`. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** First digits of a digest: enough to tell versions apart. */
export function formatDigest(digest: string): string {
  return digest.replace('sha256:', '').slice(0, 12);
}
