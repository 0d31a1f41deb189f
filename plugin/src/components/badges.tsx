import { css } from '@emotion/css';
import { Badge, type BadgeColor, type IconName, useStyles2 } from '@grafana/ui';
import type { Alert, FindingBody, GateResult, Health, RetrainJob, VersionState } from '@plumbline/collector/api';
import { t } from '../i18n';

interface Look {
  readonly color: BadgeColor;
  readonly icon: IconName;
  readonly text: string;
}

function LookBadge({ look, tooltip }: { readonly look: Look; readonly tooltip?: string }) {
  const styles = useStyles2(getStyles);
  return <Badge className={styles.badge} color={look.color} icon={look.icon} text={look.text} tooltip={tooltip} />;
}

const getStyles = () => ({ badge: css({ whiteSpace: 'nowrap' }) });

/** Worst thing known about an aspect of a model. `No data` is never shown as well. */
export function HealthBadge({ health, tooltip }: { readonly health: Health; readonly tooltip?: string }) {
  return <LookBadge look={healthLook(health)} tooltip={tooltip} />;
}

export function healthLook(health: Health): Look {
  switch (health) {
    case 'ok':
      return { color: 'green', icon: 'check', text: t('health.ok', 'OK') };
    case 'watch':
      return { color: 'orange', icon: 'eye', text: t('health.watch', 'Watch') };
    case 'alarm':
      return { color: 'red', icon: 'exclamation-triangle', text: t('health.alarm', 'Alarm') };
    case 'no_data':
      return { color: 'darkgrey', icon: 'question-circle', text: t('health.no-data', 'No data') };
    case 'error':
      return { color: 'purple', icon: 'bug', text: t('health.error', 'Error') };
  }
}

/** What the evidence of one signal says. */
export function VerdictBadge({ verdict }: { readonly verdict: FindingBody['verdict'] }) {
  switch (verdict) {
    case 'clear':
      return <LookBadge look={{ color: 'green', icon: 'check', text: t('verdict.clear', 'Clear') }} />;
    case 'watch':
      return (
        <LookBadge
          look={{ color: 'orange', icon: 'eye', text: t('verdict.watch', 'Watch') }}
          tooltip={t('verdict.watch-why', 'The evidence has passed half of the alarm level')}
        />
      );
    case 'alarm':
      return <LookBadge look={{ color: 'red', icon: 'exclamation-triangle', text: t('verdict.alarm', 'Alarm') }} />;
    case 'insufficient_data':
      return (
        <LookBadge
          look={{ color: 'darkgrey', icon: 'question-circle', text: t('verdict.insufficient', 'Too few rows') }}
          tooltip={t('verdict.insufficient-why', 'No reference, or too few rows to say anything. Never a pass.')}
        />
      );
  }
}

/** Where a version is on its way to serving. */
export function VersionStateBadge({ state }: { readonly state: VersionState }) {
  return <LookBadge look={versionLook(state)} />;
}

function versionLook(state: VersionState): Look {
  switch (state) {
    case 'champion':
      return { color: 'green', icon: 'star', text: t('version.champion', 'Champion') };
    case 'canary':
      return { color: 'blue', icon: 'code-branch', text: t('version.canary', 'Canary') };
    case 'shadow':
      return { color: 'blue', icon: 'eye', text: t('version.shadow', 'Shadow') };
    case 'evaluated':
      return { color: 'blue', icon: 'check', text: t('version.evaluated', 'Evaluated') };
    case 'registered':
      return { color: 'darkgrey', icon: 'plus', text: t('version.registered', 'Registered') };
    case 'superseded':
      return { color: 'darkgrey', icon: 'history', text: t('version.superseded', 'Superseded') };
    case 'retired':
      return { color: 'darkgrey', icon: 'minus', text: t('version.retired', 'Retired') };
    case 'rolled_back':
      return { color: 'orange', icon: 'corner-up-left', text: t('version.rolled-back', 'Rolled back') };
    case 'rejected':
      return { color: 'red', icon: 'times', text: t('version.rejected', 'Rejected') };
    case 'quarantined':
      return { color: 'red', icon: 'shield-exclamation', text: t('version.quarantined', 'Quarantined') };
  }
}

/** One guard's verdict. Inconclusive is not a pass. */
export function GateBadge({ gate }: { readonly gate: Pick<GateResult, 'verdict'> }) {
  switch (gate.verdict) {
    case 'pass':
      return <LookBadge look={{ color: 'green', icon: 'check', text: t('gate.pass', 'Pass') }} />;
    case 'fail':
      return <LookBadge look={{ color: 'red', icon: 'times', text: t('gate.fail', 'Fail') }} />;
    case 'inconclusive':
      return <LookBadge look={{ color: 'orange', icon: 'hourglass', text: t('gate.inconclusive', 'Inconclusive') }} />;
    case 'error':
      return <LookBadge look={{ color: 'purple', icon: 'bug', text: t('gate.error', 'Error') }} />;
  }
}

export function AlertStateBadge({ alert }: { readonly alert: Pick<Alert, 'state'> }) {
  return <LookBadge look={alertLook(alert.state)} />;
}

function alertLook(state: Alert['state']): Look {
  switch (state) {
    case 'pending':
      return { color: 'orange', icon: 'hourglass', text: t('alert.pending', 'Pending') };
    case 'firing':
      return { color: 'red', icon: 'fire', text: t('alert.firing', 'Firing') };
    case 'recovering':
      return { color: 'orange', icon: 'heart', text: t('alert.recovering', 'Recovering') };
    case 'resolved':
      return { color: 'green', icon: 'check', text: t('alert.resolved', 'Resolved') };
    case 'no_data':
      return { color: 'darkgrey', icon: 'question-circle', text: t('alert.no-data', 'No data') };
    case 'error':
      return { color: 'purple', icon: 'bug', text: t('alert.error', 'Error') };
  }
}

export function RetrainStateBadge({ job }: { readonly job: Pick<RetrainJob, 'state'> }) {
  return <LookBadge look={retrainLook(job.state)} />;
}

function retrainLook(state: RetrainJob['state']): Look {
  switch (state) {
    case 'awaiting_approval':
      return { color: 'orange', icon: 'hourglass', text: t('retrain.awaiting', 'Awaiting approval') };
    case 'queued':
    case 'dispatched':
    case 'accepted':
      return { color: 'blue', icon: 'message', text: t('retrain.sent', 'Sent to the trainer') };
    case 'running':
      return { color: 'blue', icon: 'process', text: t('retrain.running', 'Training') };
    case 'succeeded':
      return { color: 'green', icon: 'check', text: t('retrain.succeeded', 'Succeeded') };
    case 'cancelled':
      return { color: 'darkgrey', icon: 'ban', text: t('retrain.cancelled', 'Cancelled') };
    case 'failed':
      return { color: 'red', icon: 'times', text: t('retrain.failed', 'Failed') };
    case 'timed_out':
      return { color: 'red', icon: 'clock-nine', text: t('retrain.timed-out', 'Timed out') };
    case 'dead_lettered':
      return { color: 'red', icon: 'envelope', text: t('retrain.dead', 'Not delivered') };
  }
}
