// A gateway device with Alibaba Cloud's own SDK for Node.js, unchanged: it asks for the secret of a sub-device, adds it to its
// topology, logs it in, and reports for it. Of the firmware only `brokerUrl` is ours.
import { createRequire } from 'node:module';

const iot = createRequire(import.meta.url)('alibabacloud-iot-device-sdk');

const gateway = iot.gateway({
  productKey: process.env.PRODUCT_KEY ?? 'example_gateways',
  deviceName: process.env.DEVICE_NAME ?? 'gateway001',
  deviceSecret: process.env.DEVICE_SECRET ?? 'examplesecret001',
  brokerUrl: process.env.BROKER_URL ?? 'mqtt://127.0.0.1:1883',
});
const productKey = process.env.SUB_PRODUCT_KEY ?? 'example_meters';
const deviceName = process.env.SUB_DEVICE_NAME ?? 'meter001';

/** Prints what came of a step, and goes on with what was answered. */
const next = (step, done) => (answer) => {
  console.log(`${step}:`, answer.code, answer.message);
  if (answer.code === 200) done(answer.data);
};

// The SDK hands the arguments of an event over as one list.
gateway.on('error', ([error]) => console.error('the platform did not let the gateway in:', error.message));
// After every connection: the sessions of sub-devices end with that of their gateway.
gateway.on('connect', () => {
  gateway.regiestSubDevice(
    { productKey, deviceName },
    next('registered', ([{ deviceSecret }]) => {
      const meter = { productKey, deviceName, deviceSecret };
      gateway.addTopo(
        [meter],
        next('added', () => login(meter)),
      );
    }),
  );
});

const login = (meter) => {
  const subDevice = gateway.login(meter, (answer) => console.log('logged in:', answer.code, answer.message));
  subDevice.on('error', () => undefined); // as printed above
  subDevice.on('connect', () =>
    subDevice.postProps(
      { power: 42 },
      next('report kept', () => undefined),
    ),
  );
  // The SDK hands a property set over and leaves the answer to the application: without one the caller waits in vain.
  subDevice.onProps((command) => {
    console.log('set:', JSON.stringify(command.params));
    const topic = `/sys/${productKey}/${deviceName}/thing/service/property/set_reply`;
    subDevice.publish(topic, JSON.stringify({ id: command.id, code: 200, data: {} }));
  });
};
