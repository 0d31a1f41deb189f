import {
  deadLetterStreamName,
  deadLetterSubjects,
  heartbeatSubject,
  heartbeatSubjects,
  modelToken,
  routingBucket,
  streamName,
  streamSubjects,
} from '@plumbline/sdk/subjects';

/** Who may do what on the broker. An app that is broken into can neither read others' events nor change the routing. */

/** What a client needs to connect: the options of `connect()` of `@nats-io/transport-node`. */
export interface NatsUser {
  readonly servers: string;
  readonly user: string;
  readonly pass: string;
  /** Replies to this user go to subjects of its own, so that it can be allowed to read these and no others. */
  readonly inboxPrefix: string;
}

export interface UserPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

export interface BrokerUser {
  readonly credentials: Omit<NatsUser, 'servers'>;
  /** Null: everything. */
  readonly permissions: UserPermissions | null;
}

export interface BrokerUsers {
  readonly collector: BrokerUser;
  readonly admin: BrokerUser;
  readonly apps: ReadonlyMap<string, BrokerUser>;
}

/** The users of one deployment. Every app gets one, allowed to publish for its models only. */
export function brokerUsers(apps: Readonly<Record<string, readonly string[]>>, newPassword: () => string): BrokerUsers {
  const user = (name: string, permissions: UserPermissions | null): BrokerUser => ({
    credentials: { user: name, pass: newPassword(), inboxPrefix: inboxPrefix(name) },
    permissions,
  });
  return {
    collector: user('collector', collectorPermissions()),
    admin: user('admin', null),
    apps: new Map(Object.entries(apps).map(([name, models]) => [name, user(name, appPermissions(name, models))])),
  };
}

export function inboxPrefix(user: string): string {
  return `_INBOX_${user}`;
}

const routingStream = `KV_${routingBucket}`;

function appPermissions(name: string, models: readonly string[]): UserPermissions {
  const publishing = models.flatMap((model) => [
    `plumbline.inference.*.${modelToken(model)}`,
    `plumbline.outcome.*.${modelToken(model)}`,
    heartbeatSubject(model),
  ]);
  // A watch is a consumer on the bucket's stream; its filter is part of the subject, so it can be held to own models.
  const watching = models.map(
    (model) => `$JS.API.CONSUMER.CREATE.${routingStream}.*.$KV.${routingBucket}.routing.*.${modelToken(model)}`,
  );
  return { publish: [...publishing, ...watching], subscribe: [`${inboxPrefix(name)}.>`] };
}

function collectorPermissions(): UserPermissions {
  const perStream = [streamName, deadLetterStreamName, routingStream].flatMap((stream) => [
    ...['INFO', 'CREATE', 'UPDATE', 'PURGE', 'MSG.GET'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`),
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    ...['INFO', 'DELETE', 'MSG.NEXT'].map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.*`),
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}.>`,
    `$JS.FC.${stream}.>`,
  ]);
  return {
    publish: [
      '$JS.API.INFO',
      '$JS.API.STREAM.NAMES',
      ...perStream,
      // Events that came over HTTP go the same way as all others.
      ...streamSubjects,
      ...deadLetterSubjects,
      `$KV.${routingBucket}.>`,
    ],
    subscribe: [`${inboxPrefix('collector')}.>`, heartbeatSubjects],
  };
}
