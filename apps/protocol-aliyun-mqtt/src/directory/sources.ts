/** What is known of devices and their credentials, by whichever dm.rpc it is. */
import type { RpcChannel } from '@alink/rpc';
import type { Clock, Logger } from '@alink/runtime';
import type { CredentialsSource } from './credentials-source';
import type { ByDmKind } from './dm-kind';
import { OurCredentials } from './ours/credentials';
import { OurDirectory } from './ours/directory';
import type { DirectorySource } from './records';
import { UnitedrhinoCredentials } from './unitedrhino/credentials';
import { UnitedrhinoDirectory } from './unitedrhino/directory';
import { Products } from './unitedrhino/products';

export interface Sources {
  readonly source: DirectorySource;
  readonly credentials: CredentialsSource;
}

export const sources: ByDmKind<(dm: RpcChannel, clock: Clock, log: Logger) => Sources> = {
  ours: (dm, _clock, log) => ({ source: new OurDirectory(dm, log), credentials: new OurCredentials(dm) }),
  unitedrhino: (dm, clock, log) => {
    const products = new Products(dm, log);
    return {
      source: new UnitedrhinoDirectory(dm, log, products),
      credentials: new UnitedrhinoCredentials(dm, clock, log, products),
    };
  },
};
