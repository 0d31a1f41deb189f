import { createHash } from 'node:crypto';
import type { Path, PathProblem } from './problems.ts';
import type { PlumblineSettings } from './settings.ts';

/** What a schema cannot say: names that clash, settings that contradict each other, open doors. */
export function meaningProblems(settings: PlumblineSettings): PathProblem[] {
  const { collector, models, webhooks, notifications, hooks } = settings;
  const { notifiers, routes } = notifications;
  const { identity } = collector;
  return [
    ...repeated(['models'], models, 'name', 'a model'),
    ...models.flatMap((model, index) => [
      ...repeated(['models', index, 'features'], model.features, 'name', 'a feature'),
      ...repeated(['models', index, 'groups'], model.groups, 'attribute', 'a sensitive attribute'),
      ...model.segments.flatMap(({ by }) =>
        model.features.some(({ name, type }) => name === by && type !== 'category')
          ? [{ path: ['models', index, 'segments', by], message: 'is declared as a feature that is no category' }]
          : [],
      ),
      ...fallingSteps(['models', index, 'rollout', 'canarySteps'], model.rollout.canarySteps),
      ...(model.outcomeHorizon < model.outcomeDelay
        ? [{ path: ['models', index, 'outcomeHorizon'], message: 'shorter than outcomeDelay: no outcome would count' }]
        : []),
    ]),
    ...models.flatMap(({ alerts }, index) =>
      alerts.quietLevel > alerts.pendingLevel
        ? [{ path: ['models', index, 'alerts', 'quietLevel'], message: 'above pendingLevel: an alert would flap' }]
        : [],
    ),
    ...repeated(['webhooks'], webhooks, 'name', 'a webhook'),
    ...webhooks.flatMap(({ secret, previousSecret }, index) => [
      ...weakWebhookSecret(['webhooks', index, 'secret'], secret),
      ...(previousSecret === undefined ? [] : weakWebhookSecret(['webhooks', index, 'previousSecret'], previousSecret)),
    ]),
    ...webhooks.flatMap((webhook, index) => unsafeUrl(['webhooks', index, 'url'], webhook)),
    ...repeated(['notifications', 'notifiers'], notifiers, 'name', 'a notifier'),
    ...notifiers.flatMap((notifier, index) => [
      ...unsafeUrl(['notifications', 'notifiers', index, 'url'], notifier),
      ...(webhooks.some(({ name }) => name === notifier.name)
        ? [{ path: ['notifications', 'notifiers', index, 'name'], message: 'a webhook has this name' }]
        : []),
      ...(notifier.type === 'webhook'
        ? weakWebhookSecret(['notifications', 'notifiers', index, 'secret'], notifier.secret)
        : []),
    ]),
    ...routes.flatMap((route, index) => [
      ...unknownNames(
        ['notifications', 'routes', index, 'notifiers'],
        route.notifiers,
        notifiers.map(({ name }) => name),
        'notifier',
      ),
      ...unknownNames(
        ['notifications', 'routes', index, 'models'],
        route.models,
        models.map(({ name }) => name),
        'model',
      ),
    ]),
    ...repeated(['hooks'], hooks, 'name', 'a hook'),
    ...hooks.flatMap(({ scheme, secret }, index) =>
      scheme === 'standard'
        ? weakWebhookSecret(['hooks', index, 'secret'], secret)
        : scheme === 'bearer' && !/^[\x21-\x7e]+$/.test(secret)
          ? [
              {
                path: ['hooks', index, 'secret'],
                message: 'a token is made of visible ASCII characters, without spaces',
              },
            ]
          : [],
    ),
    ...repeated(['collector', 'identity', 'tokens'], identity.tokens, 'name', 'a token'),
    ...tokenProblems(identity.tokens),
    ...identity.tokens.flatMap(({ scopes }, index) =>
      proxyProblems(scopes, identity.grafana !== undefined).map((message) => ({
        path: ['collector', 'identity', 'tokens', index, 'scopes'],
        message,
      })),
    ),
    ...(identity.insecureLocal && !isLoopback(collector.http.host)
      ? [
          {
            path: ['collector', 'identity', 'insecureLocal'],
            message: `trusts everybody, so it is refused on ${collector.http.host}: listen on 127.0.0.1 or give out tokens`,
          },
        ]
      : []),
  ];
}

/** Whether an address to listen on can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function repeated<Item, Key extends keyof Item & string>(
  path: Path,
  items: readonly Item[],
  key: Key,
  what: string,
  message?: string,
): PathProblem[] {
  return items.flatMap((item, index) =>
    items.findIndex((other) => other[key] === item[key]) < index
      ? [{ path: [...path, index, key], message: message ?? `${what} named "${String(item[key])}" is declared twice` }]
      : [],
  );
}

/** Each token is given once, by itself or by its digest, and no two are the same. */
function tokenProblems(tokens: PlumblineSettings['collector']['identity']['tokens']): PathProblem[] {
  const seen = new Set<string>();
  return tokens.flatMap((token, index) =>
    [token, ...(token.previous === undefined ? [] : [token.previous])].flatMap(({ secret, sha256 }, which) => {
      const path = ['collector', 'identity', 'tokens', index, ...(which === 0 ? [] : ['previous'])];
      if ((secret === undefined) === (sha256 === undefined)) {
        return [{ path, message: 'a token is given by its `secret` or by its `sha256`, one of them' }];
      }
      const digest =
        sha256 ??
        createHash('sha256')
          .update(secret ?? '')
          .digest('hex');
      if (seen.has(digest)) return [{ path: [...path, 'secret'], message: 'two tokens share a secret' }];
      seen.add(digest);
      return [];
    }),
  );
}

function proxyProblems(scopes: readonly string[], knowsGrafana: boolean): string[] {
  if (!scopes.includes('proxy')) {
    return [];
  }
  const other = scopes.find((scope) => scope !== 'proxy' && scope !== 'read');
  return [
    ...(knowsGrafana
      ? []
      : ['scope `proxy` needs collector.identity.grafana, to tell the people behind Grafana apart']),
    // Whoever can make Grafana send a request without an ID token would have it.
    ...(other === undefined ? [] : [`scope \`proxy\` goes with \`read\` only: give ${other} a token of its own`]),
  ];
}

function fallingSteps(path: Path, steps: readonly number[]): PathProblem[] {
  const falls = steps.findIndex((step, index) => index > 0 && step <= (steps[index - 1] ?? 0));
  return falls < 0 ? [] : [{ path: [...path, falls], message: 'each canary step must be larger than the one before' }];
}

/** A receiver without TLS, or with a password in its address, that nobody asked for. */
function unsafeUrl(
  path: Path,
  { url, allowHttp, allowPrivateAddresses }: { url: string; allowHttp: boolean; allowPrivateAddresses: boolean },
): PathProblem[] {
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return [{ path, message: 'must begin with https://' }];
  if (username !== '' || password !== '') return [{ path, message: 'holds a user name or a password: leave them out' }];
  return protocol === 'http:' && !allowHttp && !allowPrivateAddresses
    ? [{ path, message: 'has no TLS: use https, or set allowHttp' }]
    : [];
}

function unknownNames(path: Path, names: readonly string[], known: readonly string[], what: string): PathProblem[] {
  return names.flatMap((name, index) =>
    known.includes(name) ? [] : [{ path: [...path, index], message: `there is no ${what} named "${name}"` }],
  );
}

function weakWebhookSecret(path: Path, secret: string): PathProblem[] {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  const bytes = encoded === undefined ? 0 : Buffer.from(encoded, 'base64').length;
  return bytes >= 24 && bytes <= 64
    ? []
    : [
        {
          path,
          message: 'must be `whsec_` and the base64 of 24 to 64 random bytes: echo "whsec_$(openssl rand -base64 32)"',
        },
      ];
}
