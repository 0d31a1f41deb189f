import type { AuditRecord } from '@plumbline/collector/api';
import { formatActor, formatWords } from '../../format/name';

/** Records in which every word of the search occurs: in who, what, to what, or why, as written or as shown. */
export function searchAudit(records: readonly AuditRecord[], search: string): AuditRecord[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return records.filter(({ actor, action, target, reason }) => {
    const text = [actor, formatActor(actor), action, formatWords(action), target, reason].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
