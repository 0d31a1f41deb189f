import { describe, expect, it } from 'vitest';
import { concerns } from './auditTarget';

describe('the audit records of a model', () => {
  it.each(['credit-risk', 'credit-risk/2', 'model/production/credit-risk'])('include %s', (target) => {
    expect(concerns(target, 'credit-risk', [])).toBe(true);
  });

  it('include its alerts and jobs', () => {
    expect(concerns('alert/a1', 'credit-risk', ['alert/a1'])).toBe(true);
  });

  it.each(['credit-risk-eu', 'fraud/credit', 'alert/a2'])('do not include %s', (target) => {
    expect(concerns(target, 'credit-risk', ['alert/a1'])).toBe(false);
  });
});
