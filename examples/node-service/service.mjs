// A service of your own beside the platform: it reads a device's latest values over gRPC, sets one, and says what the
// device answered.
import { credentials, loadPackageDefinition, Metadata } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';

const address = process.env.DM_RPC ?? '127.0.0.1:9081';
const token = process.env.GRPC_TOKEN;
const device = { productID: process.argv[2] ?? 'aliyun_test_01', deviceName: process.argv[3] ?? 'dev001' };

const protoFile = fileURLToPath(new URL('../../proto/dm.proto', import.meta.url));
// 64-bit numbers arrive as text, because a number of JavaScript cannot hold all of them.
const { dm } = loadPackageDefinition(loadSync(protoFile, { keepCase: true, longs: String, defaults: true }));

const messages = new dm.DeviceMsg(address, credentials.createInsecure());
const commands = new dm.DeviceInteract(address, credentials.createInsecure());

const metadata = new Metadata();
if (token) metadata.set('authorization', `Bearer ${token}`);

/** Calls a method and gives its response, or throws what the platform said: its code and its text. */
const call = (client, method, request, deadlineMs = 5000) =>
  new Promise((resolve, reject) => {
    client[method](request, metadata, { deadline: Date.now() + deadlineMs }, (error, response) =>
      error ? reject(refusalOf(error)) : resolve(response),
    );
  });

/** The platform's own errors are JSON in the status message; what gRPC says by itself, such as "no connection", is not. */
const refusalOf = ({ details }) => {
  if (!details.startsWith('{')) return new Error(details);
  const { code, msg } = JSON.parse(details);
  return new Error(`${code} ${msg}`);
};

try {
  const { list } = await call(messages, 'propertyLatestIndex', { ...device, ignoreEmpty: true });
  for (const { dataID, value, timestamp } of list) {
    console.log(dataID, value, new Date(Number(timestamp)).toISOString());
  }
  // shadowControl 1: now or not at all. The platform waits 8 s for the device, so the call has to wait longer than that.
  const set = { ...device, data: JSON.stringify({ temperature: 28 }), shadowControl: 1 };
  const answer = await call(commands, 'propertyControlSend', set, 12_000);
  console.log('the device answered', answer.code);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  messages.close();
  commands.close();
}
