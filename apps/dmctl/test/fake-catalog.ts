/** Groups, categories and common definitions of the platform that dmctl's own tests talk to: only what they need. */
import { Code, type services } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';

interface Node {
  id: string;
  parentID: string;
  name: string;
  children?: Node[];
  [field: string]: unknown;
}

/** Rows in a tree, with ids from 3. */
class Tree {
  private readonly nodes: Node[] = [];
  private next = 3;

  create(members: { readonly name: string; readonly parentID: string }, more: object = {}): { id: string } {
    if (this.nodes.some(({ name }) => name === members.name)) {
      throw new RpcError(Code.duplicate, `${members.name} exists already`);
    }
    const id = String(this.next++);
    this.nodes.push({ ...members, ...more, id, parentID: members.parentID === '0' ? '1' : members.parentID });
    return { id };
  }

  read(id: string): Node {
    const children = this.nodes.filter(({ parentID }) => parentID === id).map((node) => this.read(node.id));
    const own = id === '1' ? { id, parentID: '0', name: 'root' } : this.nodes.find((node) => node.id === id);
    if (!own) throw new RpcError(Code.notFound, `${id} does not exist`);
    return { ...own, children, isLeaf: children.length > 0 ? 2 : 1 };
  }

  find(wanted: (node: Node) => boolean): Node[] {
    return this.nodes.filter(wanted).map(({ id }) => this.read(id));
  }

  update(id: string, change: object): void {
    Object.assign(this.nodes.find((node) => node.id === id) ?? {}, change);
  }

  delete(id: string): void {
    const at = this.nodes.findIndex((node) => node.id === id);
    this.nodes.splice(at, 1);
  }
}

type Devices = { productID: string; deviceName: string }[];

export const fakeGroups = (): Partial<Handlers<typeof services.deviceGroup>> => {
  const tree = new Tree();
  const devicesOf = (id: string) => tree.read(id)['devices'] as Devices;
  const shown = (node: Node): Node => ({ ...node, deviceCount: (node['devices'] as Devices | undefined)?.length ?? 0 });
  return {
    groupInfoCreate: async (info) => tree.create(info, { createdTime: 1_700_000_000 }),
    groupInfoRead: async ({ id }) => shown(tree.read(id)) as never,
    groupInfoIndex: async ({ names }) => ({ list: tree.find(({ name }) => names.includes(name)).map(shown) as never }),
    groupInfoUpdate: async ({ id, name, desc, tags }) => {
      tree.update(id, { ...(name && { name }), desc, tags });
      return {};
    },
    groupInfoDelete: async ({ id }) => {
      tree.delete(id);
      return {};
    },
    groupDeviceMultiCreate: async ({ groupID, list }) => {
      tree.update(groupID, { devices: [...devicesOf(groupID), ...list] });
      return {};
    },
    groupDeviceMultiDelete: async ({ groupID, list }) => {
      const gone = new Set(list.map(({ deviceName }) => deviceName));
      tree.update(groupID, { devices: devicesOf(groupID).filter(({ deviceName }) => !gone.has(deviceName)) });
      return {};
    },
  };
};

export const fakeCategories = (): Partial<Handlers<typeof services.productManage>> => {
  const tree = new Tree();
  return {
    productCategoryCreate: async (info) => tree.create(info),
    productCategoryRead: async ({ id }) => tree.read(id) as never,
    productCategoryIndex: async ({ name }) => ({ list: tree.find((node) => node.name.includes(name)) as never }),
    productCategoryUpdate: async ({ id, name, desc }) => {
      tree.update(id, { ...(name && { name }), ...(desc && { desc }) });
      return {};
    },
    productCategoryDelete: async ({ id }) => {
      tree.delete(id);
      return {};
    },
    productCategorySchemaMultiUpdate: async () => ({}),
  };
};

export const fakeDefinitions = (): Partial<Handlers<typeof services.schemaManage>> => {
  let definitions: { id?: number; identifier: string }[] = [];
  return {
    commonSchemaMultiImport: async ({ schemas }) => {
      const given = JSON.parse(schemas) as { identifier: string }[];
      const fresh = given.filter(({ identifier }) => !definitions.some((each) => each.identifier === identifier));
      definitions = [...definitions, ...fresh].map((each, i) => ({ ...each, id: i + 1 }));
      return { total: given.length, succCount: fresh.length, ignoreCount: given.length - fresh.length };
    },
    commonSchemaIndex: async ({ identifiers }) => {
      const list = definitions.filter(({ identifier }) => identifiers.length === 0 || identifiers.includes(identifier));
      return { list: list.map((each) => ({ ...each, productCategories: [{ name: 'Lamps' }] })), total: list.length };
    },
    commonSchemaDelete: async ({ id }) => {
      definitions = definitions.filter((each) => String(each.id) !== id);
      return {};
    },
  };
};

export const fakeOwnDefinitions = (): Partial<Handlers<typeof services.deviceManage>> => {
  let own: { identifier: string }[] = [];
  return {
    deviceSchemaMultiCreate: async ({ list }) => {
      own = [...own, ...list];
      return {};
    },
    deviceSchemaIndex: async () => ({ list: own, total: own.length }),
    deviceSchemaMultiDelete: async ({ identifiers }) => {
      own = own.filter(({ identifier }) => identifiers.length > 0 && !identifiers.includes(identifier));
      return {};
    },
  };
};
