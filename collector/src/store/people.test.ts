import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAudit } from './audit.ts';
import { notePerson, type Person, readNamed, readNamer, readPeople } from './people.ts';
import type { Store } from './port.ts';
import { openSqliteStore } from './sqlite.ts';

let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
});
afterEach(() => store.close());

const note = (person: Person, at = 1) =>
  store.transaction((transaction) => notePerson(transaction, person, { at, requestId: `click-${at}` }));
const audited = () => store.read((transaction) => readAudit(transaction, 0, 10));

describe('what people are called', () => {
  it('is noted once, and again when it changes, each time in the audit log', async () => {
    await note({ subject: 'user:3', name: 'Ada Byron' }, 1);
    await note({ subject: 'user:3', name: 'Ada Byron' }, 2);
    await note({ subject: 'user:3', name: 'Ada Lovelace' }, 3);
    expect(await store.read(readPeople)).toEqual([{ subject: 'user:3', name: 'Ada Lovelace' }]);
    expect(await audited()).toMatchObject([
      {
        at: 1,
        actor: 'user:3',
        action: 'person.named',
        requestId: 'click-1',
        before: null,
        after: { name: 'Ada Byron' },
      },
      { at: 3, before: { name: 'Ada Byron' }, after: { name: 'Ada Lovelace' } },
    ]);
  });

  it('is not noted where the subject says it', async () => {
    await note({ subject: 'local:ada', name: 'ada' });
    await note({ subject: 'user:7', name: 'user:7' });
    expect([await store.read(readPeople), await audited()]).toEqual([[], []]);
  });

  it('is read with the subject, by which people of one name are told apart', async () => {
    await note({ subject: 'user:3', name: 'Ada' });
    await note({ subject: 'user:4', name: 'Ada' });
    const named = await store.read(readNamer);
    const subjects = ['user:3', 'user:4', 'user:5'];
    expect(subjects.map(named)).toEqual(['Ada (user:3)', 'Ada (user:4)', 'user:5']);
    expect(await store.read((transaction) => Promise.all(subjects.map((one) => readNamed(transaction, one))))).toEqual(
      subjects.map(named),
    );
  });
});
