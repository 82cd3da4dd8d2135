import {
  connectParams,
  httpParams,
  isEncrypted,
  transports,
  type ConnectParams,
  type Endpoint,
  type Transport,
} from '@alink/operator/connect';
import { productKeyOf, thingModelOf } from '@alink/operator/products';
import { Option, type Command } from 'commander';
import type { Signer, Way } from '@alink/signing';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parsePort } from '../parse-options';
import type { Settings } from '../service-address';
import type { Session } from '../session';

const modes = ['secret', 'auto', 'register', 'regnwl', 'connwl', 'https', 'x509'] as const;
type Mode = (typeof modes)[number];

interface ConnectOptions {
  readonly mode: Mode;
  readonly transport?: Transport;
  readonly host: string;
  readonly port?: number;
  readonly gatewayCa?: string;
  readonly signMethod: 'hmacsha256' | 'hmacsha1' | 'hmacmd5';
  readonly clientId?: string;
  readonly deviceToken?: string;
  readonly iotId?: string;
  readonly iotToken?: string;
  readonly deviceCert: string;
  readonly deviceKey: string;
}

const afterHelp = `
Modes:
  secret    with the DeviceSecret (一机一密)
  auto      securemode -2: with the ProductSecret; the first connect creates the device
  register  一型一密: with the ProductSecret, fetches the DeviceSecret of a device that exists
  regnwl    一型一密 without registration before: with the ProductSecret, fetches a clientId and a deviceToken
  connwl    with these two: --client-id and --device-token
  https     the same as "register", and authentication before MQTT, as requests with curl;
            with --iot-id and --iot-token, which the second one fetches, the MQTT that follows
  x509      with a client certificate: --device-cert and --device-key`;

export const addDeviceConnectCommand = (device: Command, io: Io): void => {
  withExample(
    device
      .command('connect-params')
      .description('print ClientID, user name and password for MQTT, and commands to paste')
      .argument('<productKey>')
      .argument('<deviceName>')
      .addOption(new Option('--mode <mode>', 'how the device proves itself').choices(modes).default('secret'))
      .addOption(new Option('--transport <transport>', 'tcp; for register, regnwl and x509 tls').choices(transports))
      .option('--host <host>', 'address of the node', '127.0.0.1')
      .option(
        '--port <port>',
        'port of the node: MQTT_PORT, MQTT_TLS_PORT, MQTT_WS_PORT or GATEWAY_HTTP_PORT',
        parsePort,
      )
      .option('--gateway-ca <file>', "authority of the node's certificate; in development ca.crt in DATA_DIR/tls")
      .addOption(
        new Option('--sign-method <method>', 'HMAC of the password')
          .choices(['hmacsha256', 'hmacsha1', 'hmacmd5'])
          .default('hmacsha256'),
      )
      .option('--client-id <id>', 'connwl: the clientId that came with the deviceToken')
      .option('--device-token <token>', 'connwl: the deviceToken')
      .option('--iot-id <id>', 'https: the iotId')
      .option('--iot-token <token>', 'https: the iotToken')
      .option('--device-cert <file>', 'x509: certificate of the device', 'device.crt')
      .option('--device-key <file>', 'x509: its key', 'device.key')
      .addHelpText('after', afterHelp)
      .action(inSession(io, printConnectParams)),
    'device connect-params aliyun_test_01 dev001 --host 192.168.1.20',
    'device connect-params aliyun_test_01 dev001 --mode register --gateway-ca .data/tls/ca.crt',
  );
};

const printConnectParams = async (
  session: Session,
  options: ConnectOptions,
  productID: string,
  deviceName: string,
): Promise<void> => {
  const { products, devices, out, io, settings } = session;
  const { mode, host, gatewayCa: caFile, signMethod } = options;
  checkOptions(options);
  const product = await products.productInfoRead({ productID });
  const signer: Signer = { productKey: productKeyOf(product), deviceName, signMethod, now: io.now() };
  const productSecret = (): string => handedOut(product.secret);
  const deviceSecret = async (): Promise<string> =>
    handedOut((await devices.deviceInfoRead({ productID, deviceName })).secret);

  if (mode === 'https' && options.iotId === undefined) {
    const endpoint = { host, port: options.port ?? settings.httpPort, caFile };
    const secrets = { productSecret: productSecret(), deviceSecret: await deviceSecret() };
    const params = httpParams(endpoint, signer, secrets);
    if (out.json) return out.record(params);
    out.text(`Fetch the DeviceSecret, until the device is activated:\n${params.register}\n`);
    out.text(`\nFetch an iotId and an iotToken for MQTT (--iot-id, --iot-token):\n${params.authenticate}\n`);
    return;
  }
  const way = await wayOf(options, productSecret, deviceSecret);
  const params = connectParams(way, endpointOf(options, settings), signer, await thingModelOf(session, productID));
  if (out.json) out.record(params);
  else printForPeople(session, way, params);
};

const checkOptions = ({ mode, transport, clientId, deviceToken, iotId, iotToken }: ConnectOptions): void => {
  const wrong = (message: string) => new CliError(ExitCode.usage, message);
  if (mode === 'connwl' && (!clientId || !deviceToken)) throw wrong('connwl needs --client-id and --device-token');
  if ((iotId === undefined) !== (iotToken === undefined)) throw wrong('--iot-id and --iot-token go together');
  if (mode === 'x509' && transport && !isEncrypted(transport)) throw wrong('x509 needs --transport tls or wss');
};

const handedOut = (secret: string): string => {
  if (!secret) throw new CliError(ExitCode.refused, 'the service did not hand out the secret');
  return secret;
};

const wayOf = async (
  { mode, clientId = '', deviceToken = '', iotId = '', iotToken = '' }: ConnectOptions,
  productSecret: () => string,
  deviceSecret: () => Promise<string>,
): Promise<Way> => {
  switch (mode) {
    case 'secret':
      return { mode, deviceSecret: await deviceSecret() };
    case 'auto':
    case 'register':
    case 'regnwl':
      return { mode, productSecret: productSecret() };
    case 'connwl':
      return { mode, clientId, deviceToken };
    case 'https':
      return { mode: 'iotToken', iotId, iotToken };
    case 'x509':
      return { mode };
  }
};

/** What is registered with a secret of many devices, and what shows a certificate, is encrypted. */
const isEncryptedMode = (mode: Mode): boolean => mode === 'register' || mode === 'regnwl' || mode === 'x509';

const endpointOf = (options: ConnectOptions, settings: Settings): Endpoint => {
  const { mode, host, gatewayCa: caFile, deviceCert, deviceKey } = options;
  const transport = options.transport ?? (isEncryptedMode(mode) ? 'tls' : 'tcp');
  const ports = {
    tcp: settings.mqttPort,
    tls: settings.mqttTlsPort,
    ws: settings.mqttWsPort,
    wss: settings.mqttWsPort,
  };
  const certificate = mode === 'x509' ? { certFile: deviceCert, keyFile: deviceKey } : undefined;
  return { transport, host, port: options.port ?? ports[transport], caFile, certificate };
};

const printForPeople = ({ out }: Session, { mode }: Way, params: ConnectParams): void => {
  const { subscribe, publish, ...fields } = params;
  out.record(fields);
  const registers = mode === 'register' || mode === 'regnwl';
  out.text(`\n${registers ? 'Register, which prints what the device gets' : 'Listen for commands'}:\n${subscribe}\n`);
  if (publish)
    out.text(`\nReport a property (in another terminal; it takes the session over for a moment):\n${publish}\n`);
};
