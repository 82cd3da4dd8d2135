import { Option, type Command } from 'commander';
import { connectParams, securemodes, type Securemode } from '../connect-params';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import type { Io } from '../io';
import { parseLimit, parsePort } from '../parse-options';
import { inSession, type Session } from '../session';
import { isoOfSeconds } from '../time-text';
import { deviceTypes, wordOf } from '../wire-words';
import { productKeyOf, thingModelOf } from './product';

const ONLINE = 2;

export const addDeviceCommands = (program: Command, io: Io): void => {
  const device = program.command('device').description('devices and how they connect');

  withExample(
    device
      .command('create')
      .description('create a device')
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--secret <secret>', 'DeviceSecret (made up when left out)')
      .option('--alias <text>', 'display name')
      .action(
        inSession(
          io,
          async (
            { devices, out },
            options: { secret?: string; alias?: string },
            productID: string,
            deviceName: string,
          ) => {
            const { secret, alias } = options;
            await devices.deviceInfoCreate({
              productID,
              deviceName,
              secret,
              deviceAlias: alias ? { value: alias } : null,
            });
            const info = await devices.deviceInfoRead({ productID, deviceName });
            out.record({ ...rowOf(info), deviceSecret: info.secret });
          },
        ),
      ),
    'device create aliyun_test_01 dev001',
  );

  withExample(
    device
      .command('list')
      .description('list devices')
      .argument('[productKey]', 'of this product only')
      .option('--online', 'only those that are online')
      .option('--limit <n>', 'most rows', parseLimit, 100)
      .action(
        inSession(
          io,
          async ({ devices, out }, { online, limit }: { online?: boolean; limit: number }, productID?: string) => {
            const { list, total } = await devices.deviceInfoIndex({
              productID,
              isOnline: online ? ONLINE : 0,
              page: { page: 1, size: limit },
            });
            out.rows(list.map(rowOf), ['productKey', 'deviceName', 'state', 'lastLogin', 'created'], 'no devices');
            if (Number(total) > list.length) out.note(`${list.length} of ${total}; --limit shows more`);
          },
        ),
      ),
    'device list aliyun_test_01 --online',
  );

  withExample(
    device
      .command('show')
      .description('show one device')
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--show-secret', 'also its DeviceSecret')
      .action(
        inSession(
          io,
          async ({ devices, out }, options: { showSecret?: boolean }, productID: string, deviceName: string) => {
            const info = await devices.deviceInfoRead({ productID, deviceName });
            out.record({
              ...rowOf(info),
              alias: info.deviceAlias?.value,
              firstLogin: isoOfSeconds(info.firstLogin),
              lastOffline: isoOfSeconds(info.lastOffline),
              lastIp: info.lastIp,
              tags: Object.keys(info.tags).length > 0 ? info.tags : undefined,
              deviceSecret: options.showSecret ? info.secret : undefined,
            });
          },
        ),
      ),
    'device show aliyun_test_01 dev001',
  );

  withExample(
    device
      .command('delete')
      .description('delete a device with its data; a live connection is cut')
      .argument('<productKey>')
      .argument('<deviceName>')
      .action(
        inSession(io, async ({ devices, out }, _options, productID: string, deviceName: string) => {
          await devices.deviceInfoDelete({ productID, deviceName });
          out.done({ deleted: `${productID}/${deviceName}` }, `deleted device ${deviceName} of ${productID}`);
        }),
      ),
    'device delete aliyun_test_01 dev001',
  );

  withExample(
    device
      .command('connect-params')
      .description('print ClientID, user name and password for MQTT, and commands to paste')
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--host <host>', 'address of the gateway', '127.0.0.1')
      .option('--port <port>', 'MQTT port of the gateway (MQTT_PORT, 1883)', parsePort)
      .addOption(
        new Option('--mode <securemode>', '3 TCP, 2 TLS, -2 automatic registration with the ProductSecret')
          .choices(securemodes)
          .default('3'),
      )
      .addOption(
        new Option('--sign-method <method>', 'HMAC of the password')
          .choices(['hmacsha256', 'hmacsha1', 'hmacmd5'])
          .default('hmacsha256'),
      )
      .action(inSession(io, printConnectParams)),
    'device connect-params aliyun_test_01 dev001 --host 192.168.1.20',
  );
};

interface ConnectOptions {
  readonly host: string;
  readonly port?: number;
  readonly mode: Securemode;
  readonly signMethod: 'hmacsha256' | 'hmacsha1' | 'hmacmd5';
}

const printConnectParams = async (
  session: Session,
  { host, port, mode, signMethod }: ConnectOptions,
  productID: string,
  deviceName: string,
): Promise<void> => {
  const { products, devices, out, io, settings } = session;
  const product = await products.productInfoRead({ productID });
  // With -2 the device comes into being when it connects.
  const secret = mode === '-2' ? product.secret : (await devices.deviceInfoRead({ productID, deviceName })).secret;
  if (!secret) throw new CliError(ExitCode.refused, 'the service did not hand out the secret');
  const params = connectParams({
    productKey: productKeyOf(product),
    deviceName,
    secret,
    host,
    port: port ?? settings.mqttPort,
    mode,
    signMethod,
    now: io.now(),
    model: await thingModelOf(session, productID),
  });
  const { subscribe, publish, ...fields } = params;
  if (out.json) return out.record(params);
  out.record(fields);
  out.text(`\nListen for commands:\n${subscribe}\n`);
  if (publish)
    out.text(`\nReport a property (in another terminal; it takes the session over for a moment):\n${publish}\n`);
};

type DeviceInfo = Awaited<ReturnType<Session['devices']['deviceInfoRead']>>;

const rowOf = (info: DeviceInfo) => ({
  productKey: info.productID,
  deviceName: info.deviceName,
  state: stateOf(info),
  deviceType: wordOf({ unknown: 0, ...deviceTypes }, info.deviceType),
  lastLogin: isoOfSeconds(info.lastLogin),
  created: isoOfSeconds(info.createdTime),
});

const stateOf = ({ isEnable, isOnline, firstLogin }: DeviceInfo): string => {
  if (isEnable === '2') return 'disabled';
  if (Number(isOnline) === ONLINE) return 'online';
  return firstLogin === '0' ? 'never connected' : 'offline';
};
