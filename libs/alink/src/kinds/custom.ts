/**
 * Topics whose payload is the users' own business: `/{productKey}/{deviceName}/user/...`, in both directions. Source:
 * Alibaba Cloud IoT documentation, "Topics".
 */
import { raw } from '../bodies/raw';
import { keepBytes } from '../request-result';
import type { ReportRoute, Route } from '../route';

const user: ReportRoute<Buffer> = {
  topic: {
    family: 'custom',
    path: 'user/{topic+}',
    meaning: 'custom: whatever you like',
    rrpc: 'a synchronous call on a topic of your own, and its answer',
  },
  body: raw,
  report: keepBytes,
  down: 'bytes',
  echo: true,
};

export const custom: readonly Route[] = [user];
