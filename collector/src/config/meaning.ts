import { createHash } from 'node:crypto';
import type { Path, PathProblem } from './problems.ts';
import type {
  HookSettings,
  IdentitySettings,
  ModelSettings,
  NotificationSettings,
  PlumblineSettings,
  WebhookSettings,
} from './settings.ts';

/** What a schema cannot say: names that clash, settings that contradict each other, open doors. */
export function meaningProblems(settings: PlumblineSettings): PathProblem[] {
  const { collector, models, webhooks, notifications, hooks } = settings;
  return [
    ...repeated(['models'], models, 'name', 'a model'),
    ...models.flatMap((model, index) => modelProblems(['models', index], model)),
    ...repeated(['webhooks'], webhooks, 'name', 'a webhook'),
    ...webhooks.flatMap((webhook, index) => webhookProblems(['webhooks', index], webhook)),
    ...notificationProblems(['notifications'], notifications, settings),
    ...repeated(['hooks'], hooks, 'name', 'a hook'),
    ...hooks.flatMap((hook, index) => hookProblems(['hooks', index], hook)),
    ...identityProblems(['collector', 'identity'], collector.identity, collector.http.host),
  ];
}

function modelProblems(path: Path, model: ModelSettings): PathProblem[] {
  const { features, groups, segments, rollout, alerts } = model;
  const isNoCategory = (name: string) =>
    features.some((feature) => feature.name === name && feature.type !== 'category');
  return [
    ...repeated([...path, 'features'], features, 'name', 'a feature'),
    ...repeated([...path, 'groups'], groups, 'attribute', 'a sensitive attribute'),
    ...segments
      .filter(({ by }) => isNoCategory(by))
      .map(({ by }) => ({ path: [...path, 'segments', by], message: 'is declared as a feature that is no category' })),
    ...fallingSteps([...path, 'rollout', 'canarySteps'], rollout.canarySteps),
    ...problemIf(model.outcomeHorizon < model.outcomeDelay, {
      path: [...path, 'outcomeHorizon'],
      message: 'shorter than outcomeDelay: no outcome would count',
    }),
    ...problemIf(model.labels !== undefined && model.task !== 'binary_classification', {
      path: [...path, 'labels'],
      message: 'is for task binary_classification',
    }),
    ...problemIf(model.labels !== undefined && model.outcomeDelay >= keptFor(model), {
      path: [...path, 'outcomeDelay'],
      message:
        'not shorter than the retention of windows: they would be summed up before their sample of labels is due',
    }),
    ...problemIf(alerts.quietLevel > alerts.pendingLevel, {
      path: [...path, 'alerts', 'quietLevel'],
      message: 'above pendingLevel: an alert would flap',
    }),
  ];
}

/** How long a window is kept by itself. */
function keptFor({ window, retention }: ModelSettings): number {
  return window < 3_600_000 ? retention.minutes : retention.hours;
}

function webhookProblems(path: Path, webhook: WebhookSettings): PathProblem[] {
  const { secret, previousSecret } = webhook;
  return [
    ...weakWebhookSecret([...path, 'secret'], secret),
    ...(previousSecret === undefined ? [] : weakWebhookSecret([...path, 'previousSecret'], previousSecret)),
    ...unsafeUrl([...path, 'url'], webhook),
  ];
}

function notificationProblems(
  path: Path,
  { notifiers, routes }: NotificationSettings,
  { models, webhooks }: PlumblineSettings,
): PathProblem[] {
  const names = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name);
  return [
    ...repeated([...path, 'notifiers'], notifiers, 'name', 'a notifier'),
    ...notifiers.flatMap((notifier, index) => {
      const at = [...path, 'notifiers', index];
      return [
        ...unsafeUrl([...at, 'url'], notifier),
        ...problemIf(names(webhooks).includes(notifier.name), {
          path: [...at, 'name'],
          message: 'a webhook has this name',
        }),
        ...(notifier.type === 'webhook' ? weakWebhookSecret([...at, 'secret'], notifier.secret) : []),
      ];
    }),
    ...routes.flatMap((route, index) => [
      ...unknownNames([...path, 'routes', index, 'notifiers'], route.notifiers, names(notifiers), 'notifier'),
      ...unknownNames([...path, 'routes', index, 'models'], route.models, names(models), 'model'),
    ]),
  ];
}

function hookProblems(path: Path, { scheme, secret }: HookSettings): PathProblem[] {
  const at = [...path, 'secret'];
  if (scheme === 'standard') return weakWebhookSecret(at, secret);
  const message = 'a token is made of visible ASCII characters, without spaces';
  return problemIf(scheme === 'bearer' && !/^[\x21-\x7e]+$/.test(secret), { path: at, message });
}

function identityProblems(path: Path, identity: IdentitySettings, host: string): PathProblem[] {
  const { tokens, grafana, insecureLocal } = identity;
  return [
    ...repeated([...path, 'tokens'], tokens, 'name', 'a token'),
    ...tokenProblems([...path, 'tokens'], tokens),
    ...tokens.flatMap(({ scopes }, index) =>
      proxyProblems(scopes, grafana !== undefined).map((message) => ({
        path: [...path, 'tokens', index, 'scopes'],
        message,
      })),
    ),
    ...problemIf(insecureLocal && !isLoopback(host), {
      path: [...path, 'insecureLocal'],
      message: `trusts everybody, so it is refused on ${host}: listen on 127.0.0.1 or give out tokens`,
    }),
  ];
}

function problemIf(condition: boolean, problem: PathProblem): PathProblem[] {
  return condition ? [problem] : [];
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
): PathProblem[] {
  return items.flatMap((item, index) =>
    problemIf(items.findIndex((other) => other[key] === item[key]) < index, {
      path: [...path, index, key],
      message: `${what} named "${String(item[key])}" is declared twice`,
    }),
  );
}

/** Each token is given once, by itself or by its digest, and no two are the same. */
function tokenProblems(path: Path, tokens: IdentitySettings['tokens']): PathProblem[] {
  const seen = new Set<string>();
  return tokens.flatMap((token, index) =>
    [token, ...(token.previous === undefined ? [] : [token.previous])].flatMap(({ secret, sha256 }, which) => {
      const at = [...path, index, ...(which === 0 ? [] : ['previous'])];
      if ((secret === undefined) === (sha256 === undefined)) {
        return [{ path: at, message: 'a token is given by its `secret` or by its `sha256`, one of them' }];
      }
      const digest =
        sha256 ??
        createHash('sha256')
          .update(secret ?? '')
          .digest('hex');
      if (seen.has(digest)) return [{ path: [...at, 'secret'], message: 'two tokens share a secret' }];
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
  return problemIf(falls >= 0, {
    path: [...path, falls],
    message: 'each canary step must be larger than the one before',
  });
}

/** A receiver without TLS, or with a password in its address, that nobody asked for. */
function unsafeUrl(
  path: Path,
  { url, allowHttp, allowPrivateAddresses }: { url: string; allowHttp: boolean; allowPrivateAddresses: boolean },
): PathProblem[] {
  const { protocol, username, password } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return [{ path, message: 'must begin with https://' }];
  if (username !== '' || password !== '') return [{ path, message: 'holds a user name or a password: leave them out' }];
  const isOpen = protocol === 'http:' && !allowHttp && !allowPrivateAddresses;
  return problemIf(isOpen, { path, message: 'has no TLS: use https, or set allowHttp' });
}

function unknownNames(path: Path, names: readonly string[], known: readonly string[], what: string): PathProblem[] {
  return names.flatMap((name, index) =>
    problemIf(!known.includes(name), { path: [...path, index], message: `there is no ${what} named "${name}"` }),
  );
}

function weakWebhookSecret(path: Path, secret: string): PathProblem[] {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  const bytes = encoded === undefined ? 0 : Buffer.from(encoded, 'base64').length;
  const message = 'must be `whsec_` and the base64 of 24 to 64 random bytes: echo "whsec_$(openssl rand -base64 32)"';
  return problemIf(bytes < 24 || bytes > 64, { path, message });
}
