/** The product and the device of the manual's walk-through, so that its commands work as they stand. */
import { AuthMode, AutoRegister, Code, DeviceType, PROTOCOL_CODE, services } from '@alink/contract';
import { RpcError, type RpcChannel } from '@alink/rpc';

export const DEMO_PRODUCT = 'aliyun_test_01';
export const DEMO_DEVICE = 'dev001';
/** Printed in the manual, hence no secret at all: the reason why standalone listens on loopback. */
export const DEMO_SECRET = 'testsecret001';

/** Thing model in Alibaba's TSL ("Alibaba Cloud IoT documentation, 'What is a TSL model?'"). */
const tsl = {
  schema: 'https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json',
  profile: { version: '1.0', productKey: DEMO_PRODUCT },
  properties: [
    {
      identifier: 'temperature',
      name: 'Temperature',
      accessMode: 'rw',
      required: false,
      dataType: {
        type: 'double',
        specs: { min: '-40', max: '125', step: '0.1', unit: '°C', unitName: 'degree Celsius' },
      },
    },
  ],
  events: [
    {
      identifier: 'highTemperature',
      name: 'High temperature',
      type: 'alert',
      required: false,
      method: 'thing.event.highTemperature.post',
      outputData: [
        {
          identifier: 'temperature',
          name: 'Temperature',
          dataType: { type: 'double', specs: { min: '-40', max: '125', step: '0.1' } },
        },
      ],
    },
  ],
  services: [
    {
      identifier: 'reboot',
      name: 'Reboot',
      required: false,
      callType: 'async',
      method: 'thing.service.reboot',
      inputData: [
        {
          identifier: 'delay',
          name: 'Delay',
          dataType: { type: 'int', specs: { min: '0', max: '3600', step: '1', unit: 's' } },
        },
      ],
      outputData: [],
    },
    {
      identifier: 'echo',
      name: 'Echo',
      required: false,
      callType: 'sync',
      method: 'thing.service.echo',
      inputData: [{ identifier: 'text', name: 'Text', dataType: { type: 'text', specs: { length: '1024' } } }],
      outputData: [{ identifier: 'text', name: 'Text', dataType: { type: 'text', specs: { length: '1024' } } }],
    },
  ],
};

/** True unless the answer is "there is none". */
const exists = async (read: Promise<unknown>): Promise<boolean> => {
  try {
    await read;
    return true;
  } catch (error) {
    if (error instanceof RpcError && error.code === Code.notFound) return false;
    throw error;
  }
};

const hasModel = async (dm: RpcChannel): Promise<boolean> => {
  const { list } = await dm.client(services.productManage).productSchemaIndex({ productID: DEMO_PRODUCT });
  return (list ?? []).length > 0;
};

/** Creates what is missing of the demo, and leaves what is there as it is. */
export const createDemoData = async (dm: RpcChannel): Promise<void> => {
  const products = dm.client(services.productManage);
  const devices = dm.client(services.deviceManage);
  const device = { productID: DEMO_PRODUCT, deviceName: DEMO_DEVICE };
  if (!(await exists(products.productInfoRead({ productID: DEMO_PRODUCT })))) {
    await products.productInfoCreate({
      productID: DEMO_PRODUCT,
      productName: 'Demo of the walk-through',
      protocolCode: PROTOCOL_CODE,
      authMode: AuthMode.secretKey,
      deviceType: DeviceType.device,
      autoRegister: AutoRegister.off,
      // What its devices report stands in their logs for good: the walk-through looks there.
      protocolConf: { logLevel: 'info' },
    });
  }
  if (!(await hasModel(dm))) {
    await products.productSchemaTslImport({ productID: DEMO_PRODUCT, tsl: JSON.stringify(tsl) });
  }
  if (!(await exists(devices.deviceInfoRead(device)))) {
    await devices.deviceInfoCreate({ ...device, secret: DEMO_SECRET });
  }
};
