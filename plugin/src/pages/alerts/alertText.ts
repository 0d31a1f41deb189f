import type { Alert, AlertHistory, AlertKind, Silence } from '@plumbline/collector/api';
import { formatActor, formatSignal, formatWords } from '../../format/name';
import { formatTime } from '../../format/time';
import { t } from '../../i18n';

/** `Drift of credit-risk, version 7`. */
export function alertTitle({ kind, model, version }: Pick<Alert, 'kind' | 'model' | 'version'>): string {
  return t('alert.of', '{{kind}} of {{model}}, version {{version}}', { kind: kindText(kind), model, version });
}

export function kindText(kind: AlertKind): string {
  return formatWords(kind);
}

export function severityText(severity: Alert['severity']): string {
  return severity === 'page' ? t('alert.page', 'Page') : t('alert.ticket', 'Ticket');
}

export function sinceText({ state, since, firedAt, resolvedAt }: Alert): string {
  if (state === 'resolved' && firedAt !== null && resolvedAt !== null) {
    return t('alert.was', 'Fired {{fired}}, resolved {{resolved}}', {
      fired: formatTime(firedAt),
      resolved: formatTime(resolvedAt),
    });
  }
  return t('alert.since', 'Since {{time}}', { time: formatTime(firedAt ?? since) });
}

/** Who knows of it and who is kept from being told, one sentence each. */
export function attentionSentences(alert: Alert): string[] {
  const { acknowledgement, silence, inhibitedBy, expected, heldState } = alert;
  return [
    ...(acknowledgement === null
      ? []
      : [
          t('alert.acknowledged', '{{name}} is on it since {{at}}, until {{until}}: {{comment}}', {
            name: formatActor(acknowledgement.by),
            at: formatTime(acknowledgement.at),
            until: formatTime(acknowledgement.until),
            comment: acknowledgement.comment,
          }),
        ]),
    ...(silence == null
      ? []
      : [
          t('alert.silenced', 'Silenced by {{name}} until {{until}}: {{reason}}', {
            name: formatActor(silence.by),
            until: formatTime(silence.until),
            reason: silence.reason,
          }),
        ]),
    ...(inhibitedBy == null
      ? []
      : [
          t('alert.inhibited', 'Nobody is told of it: an alert about {{kind}} explains it.', {
            kind: kindText(inhibitedBy.kind).toLowerCase(),
          }),
        ]),
    ...(expected == null
      ? []
      : [
          t('alert.expected', '{{name}} marked it expected on {{at}}: {{reason}}', {
            name: formatActor(expected.by),
            at: formatTime(expected.at),
            reason: expected.reason,
          }),
        ]),
    ...(heldState == null
      ? []
      : [
          t('alert.held', 'Before the data stopped it was {{state}}; missing data is not recovery.', {
            state: formatWords(heldState).toLowerCase(),
          }),
        ]),
  ];
}

/** What a silence matches: `drift, income`. */
export function silenceScope({ kind, signal, severity }: Pick<Silence, 'kind' | 'signal' | 'severity'>): string {
  const parts = [
    ...(kind === null ? [] : [kindText(kind)]),
    // A pattern keeps the kind of signal in front: `*` alone would say nothing.
    ...(signal === null ? [] : [signal.endsWith('*') ? signal : formatSignal(signal)]),
    ...(severity === null ? [] : [severityText(severity)]),
  ];
  return parts.length === 0 ? t('silence.everything', 'All alerts of the model') : parts.join(', ');
}

export function transitionText(transition: AlertHistory['items'][number]['transition']): string {
  return formatWords(transition);
}
