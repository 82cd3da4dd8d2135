/** Every parser that reads what a stranger sent. */
import type { FuzzTarget } from './fuzz-target';
import { alinkTarget } from './targets/alink';
import { clientIdTarget } from './targets/client-id';
import { connectTarget } from './targets/connect';
import { envelopeTarget } from './targets/envelope';
import { formBodyTarget } from './targets/form-body';
import { looseJsonTarget } from './targets/loose-json';
import { proxyHeaderTarget } from './targets/proxy-header';
import { thingModelTarget } from './targets/thing-model';
import { topicTarget } from './targets/topic';

export const targets: readonly FuzzTarget[] = [
  clientIdTarget,
  topicTarget,
  connectTarget,
  alinkTarget,
  thingModelTarget,
  formBodyTarget,
  proxyHeaderTarget,
  envelopeTarget,
  looseJsonTarget,
];
