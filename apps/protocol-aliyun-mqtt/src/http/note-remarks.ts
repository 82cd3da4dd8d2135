import type { Problem } from '@alink/alink';
import type { Claim } from '../guard/login-lockout';
import type { Journal } from '../journal';
import type { ProblemLines } from '../uplink/problem-lines';

/** Writes what was odd about a request that was granted into the log of the device that has proved who it is. */
export const noteRemarks = (
  { journal, lines }: { readonly journal: Pick<Journal, 'note'>; readonly lines: ProblemLines },
  { productKey, deviceName }: Claim,
  remarks: readonly Problem[],
): void => {
  for (const remark of remarks) {
    const text = lines.lineOf(`${productKey}&${deviceName}`, remark);
    if (text !== undefined) journal.note({ kind: 'note', productKey, deviceName, code: 200, text });
  }
};
