import { expect, test } from 'vitest';
import { arrivedIn } from './arrivals.ts';

test.each(['constructor', '__proto__', 'toString'])(
  'nothing arrived for a group called %s unless something did',
  (name) => {
    expect(arrivedIn({ sex: {} }, 'sex', name)).toBeUndefined();
    expect(arrivedIn({}, name, 'female')).toBeUndefined();
    const counted = Object.fromEntries([[name, { labelled: 3, wrong: 1 }]]);
    expect(arrivedIn({ sex: counted }, 'sex', name)).toEqual({ labelled: 3, wrong: 1 });
  },
);
