import { describe, expect, it } from 'vitest';
import { meaningProblems } from './meaning.ts';
import { type PlumblineSettingsInput, plumblineSettings } from './settings.ts';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const webhook = { name: 'trainer', url: 'https://train.example.com/', secret };
const chat = { name: 'chat', type: 'slack', url: 'https://chat.example.com/x' } as const;

/** `path: message` of each problem. */
function problems(settings: PlumblineSettingsInput): string[] {
  return meaningProblems(plumblineSettings.parse(settings)).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('settings of receivers', () => {
  it('are fine as the README has them', () => {
    const notifications = { notifiers: [chat], routes: [{ notifiers: ['chat'], models: ['m'] }] };
    expect(problems({ models: [{ name: 'm' }], webhooks: [webhook], notifications })).toEqual([]);
  });

  it.each<[string, PlumblineSettingsInput, string]>([
    ['no TLS', { webhooks: [{ ...webhook, url: 'http://train.example.com/' }] }, 'webhooks.0.url: has no TLS'],
    [
      'a password in the URL',
      { webhooks: [{ ...webhook, url: 'https://a:b@x.com/' }] },
      'webhooks.0.url: holds a user name',
    ],
    ['another protocol', { webhooks: [{ ...webhook, url: 'ftp://x.com/' }] }, 'webhooks.0.url: must begin with https'],
    [
      'a weak old secret',
      { webhooks: [{ ...webhook, previousSecret: 'whsec_AAAA' }] },
      'webhooks.0.previousSecret: must be',
    ],
    [
      'a name for two',
      { webhooks: [{ ...webhook, name: 'chat' }], notifications: { notifiers: [chat] } },
      'notifications.notifiers.0.name: a webhook has this name',
    ],
    [
      'a route to nobody',
      { notifications: { notifiers: [chat], routes: [{ notifiers: ['caht'] }] } },
      'notifications.routes.0.notifiers.0: there is no notifier named "caht"',
    ],
    [
      'a route for a model that is not there',
      { notifications: { notifiers: [chat], routes: [{ notifiers: ['chat'], models: ['m'] }] } },
      'notifications.routes.0.models.0: there is no model named "m"',
    ],
    [
      'a token with spaces',
      { hooks: [{ name: 'h', scheme: 'bearer', secret: 'two words' }] },
      'hooks.0.secret: a token is made of visible ASCII',
    ],
    [
      'levels that flap',
      { models: [{ name: 'm', alerts: { quietLevel: 0.6, pendingLevel: 0.5 } }] },
      'models.0.alerts.quietLevel: above pendingLevel',
    ],
  ])('are refused for %s', (_, settings, problem) => {
    expect(problems(settings)).toEqual([expect.stringContaining(problem)]);
  });

  it('allow plain http where somebody asked for it, or for private addresses', () => {
    const plain = { ...webhook, url: 'http://10.0.0.1/' };
    expect(problems({ webhooks: [{ ...plain, allowHttp: true }] })).toEqual([]);
    expect(problems({ webhooks: [{ ...plain, allowPrivateAddresses: true }] })).toEqual([]);
  });
});
