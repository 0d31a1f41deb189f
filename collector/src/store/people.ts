import { appendAudit } from './audit.ts';
import { jsonCollection, type ReadTransaction, type Transaction } from './port.ts';

/**
 * What people are called. Everything else that is stored tells them apart by their subject, which Grafana never gives to
 * another person and which tells a reader nothing: `user:3`. The name as it was when somebody acted is in the audit log.
 */

/** Somebody who acted, by the name of the last time. */
export interface Person {
  /** `user:<id>` */
  readonly subject: string;
  readonly name: string;
}

const people = jsonCollection<Person>('people');

/** Notes what somebody who acts is called where the subject does not say it, and in the audit log when that is new. */
export async function notePerson(
  transaction: Transaction,
  { subject, name }: Person,
  { at, requestId }: { readonly at: number; readonly requestId: string | null },
): Promise<void> {
  const saysItself = name === subject || name === subject.slice(subject.indexOf(':') + 1);
  if (saysItself) return;
  const known = (await transaction.get(people, subject))?.value;
  if (known?.name === name) return;
  await transaction.put(people, subject, { subject, name });
  await appendAudit(transaction, {
    at,
    actor: subject,
    action: 'person.named',
    target: `person/${subject}`,
    reason: known === undefined ? 'acts for the first time' : 'is called something else now',
    before: known === undefined ? null : { name: known.name },
    after: { name },
    requestId,
  });
}

/** Everybody who ever acted and whose subject does not say who they are. */
export async function readPeople(transaction: ReadTransaction): Promise<Person[]> {
  return (await transaction.range(people, {})).map(({ value }) => value);
}

/** The name of somebody who acted, and the subject, by which they are told apart; a subject without a name by itself. */
export async function readNamed(transaction: ReadTransaction, subject: string): Promise<string> {
  const known = (await transaction.get(people, subject))?.value;
  return known === undefined ? subject : `${known.name} (${subject})`;
}

/** `readNamed` of everybody. */
export async function readNamer(transaction: ReadTransaction): Promise<(subject: string) => string> {
  const named = new Map((await readPeople(transaction)).map(({ subject, name }) => [subject, `${name} (${subject})`]));
  return (subject) => named.get(subject) ?? subject;
}
