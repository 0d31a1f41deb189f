import type { RolloutEvent } from './command.ts';

/** What a command did, in one sentence for the person who gave it. */
export function describeEvents(events: readonly RolloutEvent[]): string {
  const sentences = events.flatMap((event) => sentenceOf(event) ?? []);
  return sentences.length === 0 ? 'Nothing changed: this was done before' : sentences.join('. ');
}

function sentenceOf(event: RolloutEvent): string | null {
  const version = `Version ${event.version}`;
  switch (event.kind) {
    case 'registered':
      return `${version} is registered`;
    case 'observed':
      return null;
    case 'evaluated':
      return event.passed ? `${version} passed its evaluation` : `${version} is evaluated; not every gate could say`;
    case 'shadowStarted':
      return `${version} gets copies of ${share(event.sampleBasisPoints)} of the traffic; nobody sees its answers`;
    case 'canaryStarted':
    case 'canaryAdvanced':
      return `${version} serves ${share(event.weightBasisPoints)} of the traffic`;
    case 'queued':
      return `${version} waits until the version on its way has arrived or gone back`;
    case 'dequeued':
      return `${version} waits no longer`;
    case 'ready':
      return `${version} passes every gate at its last step: only people are missing`;
    case 'paused':
      return `${version} stays where it is; its guards go on`;
    case 'resumed':
      return `${version} goes on`;
    case 'promotionRequested': {
      const missing = event.needed - (event.requesterHuman ? 1 : 0);
      return `${version} waits for ${missing} more ${missing === 1 ? 'person' : 'people'} to approve`;
    }
    case 'promotionApproved':
      return `The promotion of version ${event.version} is approved`;
    case 'promotionDenied':
      return `The promotion of version ${event.version} is denied`;
    case 'promotionExpired':
      return `The request to promote version ${event.version} had expired`;
    case 'promotionVoided':
      return `The request to promote version ${event.version} is void: what it was about has changed`;
    case 'promoted':
      return `${version} is champion`;
    case 'rolledBack':
      return `${version} is rolled back; the champion serves everybody`;
    case 'championRolledBack':
      return `${version} is rolled back; version ${event.to} is champion again`;
    case 'rollBackBlocked':
      return `${version} should go back, and cannot: ${event.detail}`;
    case 'watchEnded':
      return `${version} has served for as long as its guards may take it back by themselves`;
    case 'rejected':
      return `${version} is rejected`;
    case 'retired':
      return `${version} is retired`;
    case 'released':
      return `${version} is out of quarantine and begins again as registered`;
    case 'breakGlassOpened':
      return `You may give traffic alone until ${new Date(event.expiresAt).toISOString()}; everybody is told`;
    case 'breakGlassClosed':
      return event.reviewed ? 'You have looked at what was done in the emergency' : 'The emergency is over';
    case 'quarantined':
      return `${version} is out of service`;
  }
}

function share(basisPoints: number): string {
  return `${basisPoints / 100} %`;
}
