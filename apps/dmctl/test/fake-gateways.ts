import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';

interface Core {
  readonly productID: string;
  readonly deviceName: string;
}
interface Request {
  readonly gateway: Core | null;
  readonly list: readonly Core[];
}

export const keyOf = ({ productID, deviceName }: Core): string => `${productID}/${deviceName}`;
const nameOf = ({ productID, deviceName }: Core): Core => ({ productID, deviceName });

/** Which devices are attached to which, by the names of the sub-device: as far as dmctl's own tests need it. */
export class FakeTopology {
  readonly gateways = new Map<string, { readonly device: Core; readonly gateway: Core }>();
  /** What gateway devices have found. */
  found = { subDevices: [] as Core[], updatedTime: 0 };

  gatewayOf(device: Core): Core | undefined {
    return this.gateways.get(keyOf(device))?.gateway;
  }

  subDevicesOf(gateway: Core): Core[] {
    return [...this.gateways.values()]
      .filter((each) => keyOf(each.gateway) === keyOf(gateway))
      .map(({ device }) => device);
  }

  /** Of `dm.DeviceManage`. */
  handlers() {
    const attach = (gateway: Core, device: Core) =>
      this.gateways.set(keyOf(device), { device: nameOf(device), gateway: nameOf(gateway) });
    return {
      deviceGatewayMultiCreate: async ({ gateway, list }: Request) => {
        for (const device of list) if (!this.gatewayOf(device)) attach(gateway!, device);
        return {};
      },
      deviceGatewayMultiUpdate: async ({ gateway, list }: Request) => {
        for (const device of this.subDevicesOf(gateway!)) this.gateways.delete(keyOf(device));
        for (const device of list) attach(gateway!, device);
        return {};
      },
      deviceGatewayMultiDelete: async ({ gateway, list }: Request) => {
        const own = new Set(this.subDevicesOf(gateway!).map(keyOf));
        const other = list.find((device) => !own.has(keyOf(device)));
        if (other) throw new RpcError(Code.permission, `${other.deviceName} is not attached`);
        for (const device of list) this.gateways.delete(keyOf(device));
        return {};
      },
      deviceGatewayIndex: async ({ gateway }: { readonly gateway: Core | null }) => {
        const list = this.subDevicesOf(gateway!);
        return { list, total: list.length };
      },
    };
  }
}
