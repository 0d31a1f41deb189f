import { MonitorOptionsError } from '../errors.ts';
import { got, object, refuseUnknown } from '../options-checks.ts';
import { type PseudonymKey, Pseudonyms } from './pseudonyms.ts';

/** Checks the keys of pseudonyms as JavaScript may have given them, or throws a `MonitorOptionsError`. */
export function readPseudonyms(value: unknown): Pseudonyms | undefined {
  if (value === undefined) {
    return undefined;
  }
  const given = object(value, 'pseudonyms', 'must be { keys: [{ id, secret }] }');
  refuseUnknown(given, 'pseudonyms.', ['keys']);
  if (!Array.isArray(given.keys) || given.keys.length === 0 || given.keys.length > 4) {
    throw new MonitorOptionsError('pseudonyms.keys', `must be a list of 1 to 4 keys${got(given.keys)}`);
  }
  const ids = new Set<string>();
  const keys = given.keys.map((entry, index): PseudonymKey => {
    const where = `pseudonyms.keys[${index}]`;
    const key = object(entry, where, 'must be { id, secret }');
    refuseUnknown(key, `${where}.`, ['id', 'secret']);
    const { id, secret } = key;
    if (typeof id !== 'string' || !/^[A-Za-z0-9]{1,8}$/.test(id) || ids.has(id)) {
      throw new MonitorOptionsError(`${where}.id`, 'must be 1 to 8 letters or digits, and another for each key');
    }
    ids.add(id);
    // What was given is not repeated: it may be most of a secret.
    if (!(typeof secret === 'string' || secret instanceof Uint8Array) || secret.length < 16) {
      throw new MonitorOptionsError(`${where}.secret`, 'must be text or bytes, at least 16 of them');
    }
    return { id, secret };
  });
  return new Pseudonyms(keys);
}
