import { anyKind, type AnyKind } from './kind';
import { categoryKind } from './kinds/category';
import { customTopicsKind } from './kinds/custom-topics';
import { deviceGroupKind } from './kinds/device-group';
import { deviceListKind } from './kinds/device-list';
import { forwardRulesKind } from './kinds/forward-rules';
import { productKind } from './kinds/product';
import { remoteConfigurationKind } from './kinds/remote-configuration';
import { subDevicesKind } from './kinds/sub-devices';
import { thingModelKind } from './kinds/thing-model';

/** All kinds, those first that others need. */
export const kinds: readonly AnyKind[] = [
  anyKind(categoryKind),
  anyKind(productKind),
  anyKind(thingModelKind),
  anyKind(customTopicsKind),
  anyKind(forwardRulesKind),
  anyKind(deviceListKind),
  anyKind(subDevicesKind),
  anyKind(deviceGroupKind),
  anyKind(remoteConfigurationKind),
];
