/** Files of our dm: it has made their names, and knows them again. */
import { services } from '@alink/contract';
import type { Client, RpcChannel } from '@alink/rpc';
import { orUndefined } from '../directory/dm-failure';
import { fileOf, type FileSource, type ServedFile } from './file-source';

export class DmFiles implements FileSource {
  private readonly client: Client<typeof services.files>;

  constructor(dm: RpcChannel) {
    this.client = dm.client(services.files);
  }

  async open(token: string): Promise<ServedFile | undefined> {
    const found = await orUndefined(this.client.readFile({ token }));
    return found && fileOf(found.type, found.content);
  }
}
