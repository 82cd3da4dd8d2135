import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { notServed } from '../not-served';

/** `dm.RemoteConfig`. */
export const remoteConfig = (): Handlers<typeof services.remoteConfig> =>
  notServed('RemoteConfigCreate', 'RemoteConfigIndex', 'RemoteConfigPushAll', 'RemoteConfigLastRead');
