import { anyKind, type AnyKind } from './kind';
import { deviceGroupKind } from './kinds/device-group';
import { deviceListKind } from './kinds/device-list';
import { productKind } from './kinds/product';
import { thingModelKind } from './kinds/thing-model';

/** All kinds, those first that others need. */
export const kinds: readonly AnyKind[] = [
  anyKind(productKind),
  anyKind(thingModelKind),
  anyKind(deviceListKind),
  anyKind(deviceGroupKind),
];
