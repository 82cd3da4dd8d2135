// A device with Alibaba Cloud's own SDK for Node.js, unchanged: it reports, and answers the commands that it gets.
// Of the firmware only `brokerUrl` is ours; without it the SDK would dial Alibaba Cloud.
import { createRequire } from 'node:module';

const iot = createRequire(import.meta.url)('alibabacloud-iot-device-sdk');

const productKey = process.env.PRODUCT_KEY ?? 'aliyun_test_01';
const deviceName = process.env.DEVICE_NAME ?? 'dev001';
const device = iot.device({
  productKey,
  deviceName,
  deviceSecret: process.env.DEVICE_SECRET ?? 'testsecret001',
  brokerUrl: process.env.BROKER_URL ?? 'mqtt://127.0.0.1:1883',
});

// The SDK hands the arguments of an event over as one list.
device.on('error', ([error]) => console.error('the platform did not let the device in:', error.message));
device.on('connect', () => {
  device.postProps({ temperature: 21.5 }, (answer) => console.log('report kept:', answer.code));
  device.postEvent('highTemperature', { temperature: 99 }, (answer) => console.log('event kept:', answer.code));
});

// The SDK hands a property set over and leaves the answer to the application: without one the caller waits in vain.
device.onProps((command) => {
  console.log('set:', JSON.stringify(command.params));
  const topic = `/sys/${productKey}/${deviceName}/thing/service/property/set_reply`;
  device.publish(topic, JSON.stringify({ id: command.id, code: 200, data: {} }));
});

// "sync", because the demo's thing model calls this service synchronously; an asynchronous one is answered without it.
device.onService('echo', (command, reply) => reply({ code: 200, data: command.params }, 'sync'));
