import { requestLine, type Endpoint } from '@alink/operator/connect';
import { attachRequest, loginRequest, type GatewayRequest, type SubDeviceSigner } from '@alink/operator/gateways';
import { productKeyOf } from '@alink/operator/products';
import { secretLogin, type SignMethod } from '@alink/signing';
import { Option, type Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parsePort } from '../parse-options';
import type { Session } from '../session';
import { withGatewayArguments } from '../sub-devices';

interface LoginOptions {
  readonly transport: 'tcp' | 'tls';
  readonly host: string;
  readonly port?: number;
  readonly gatewayCa?: string;
  readonly signMethod: SignMethod;
}

/** For people who test by hand: nobody computes an HMAC in his head. */
export const addGatewayLoginCommand = (gateway: Command, io: Io): void => {
  withExample(
    withGatewayArguments(
      gateway
        .command('login-params')
        .description('print the signed messages that attach a sub-device and log it in, and commands to paste'),
    )
      .argument('<subProductKey>', 'product of the sub-device')
      .argument('<subDeviceName>', 'its name')
      .addOption(new Option('--transport <transport>', 'of the gateway device').choices(['tcp', 'tls']).default('tcp'))
      .option('--host <host>', 'address of the node', '127.0.0.1')
      .option('--port <port>', 'port of the node: MQTT_PORT or MQTT_TLS_PORT', parsePort)
      .option('--gateway-ca <file>', "authority of the node's certificate; in development ca.crt in DATA_DIR/tls")
      .addOption(
        new Option('--sign-method <method>', 'HMAC of the signatures')
          .choices(['hmacsha256', 'hmacsha1', 'hmacmd5'])
          .default('hmacsha256'),
      )
      .action(inSession(io, printLogin)),
    'gateway login-params gateways gate01 sensors lamp01',
    'gateway login-params gateways gate01 sensors lamp01 --host 192.168.1.20 --sign-method hmacsha1',
  );
};

const printLogin = async (
  session: Session,
  { transport, host, port, gatewayCa: caFile, signMethod }: LoginOptions,
  productID: string,
  deviceName: string,
  subProductID: string,
  subDeviceName: string,
): Promise<void> => {
  const { out, settings, io } = session;
  const by = { signMethod, now: io.now() };
  const gateway: SubDeviceSigner = { ...(await tripleOf(session, productID, deviceName)), ...by };
  const subDevice: SubDeviceSigner = { ...(await tripleOf(session, subProductID, subDeviceName)), ...by };
  const ports = { tcp: settings.mqttPort, tls: settings.mqttTlsPort };
  const endpoint: Endpoint = { transport, host, port: port ?? ports[transport], caFile };
  const login = secretLogin(gateway, gateway.deviceSecret, transport === 'tls');
  const withCommand = (request: GatewayRequest) => ({ ...request, command: requestLine(endpoint, login, request) });
  const attach = withCommand(attachRequest(gateway, subDevice));
  const logIn = withCommand(loginRequest(gateway, subDevice));
  if (out.json) return out.record({ attach, login: logIn });
  const told = ({ topic, payload, command }: typeof attach): string =>
    `  topic:    ${topic}\n  payload:  ${payload}\n${command}\n`;
  out.text(`Attach the sub-device (thing/topo/add):\n${told(attach)}`);
  out.text(`\nLog it in; it is online as long as this connection lasts:\n${told(logIn)}`);
};

/** What a device signs with. */
const tripleOf = async ({ products, devices }: Session, productID: string, deviceName: string) => {
  const productKey = productKeyOf(await products.productInfoRead({ productID }));
  const { secret: deviceSecret } = await devices.deviceInfoRead({ productID, deviceName });
  if (!deviceSecret) throw new CliError(ExitCode.refused, 'the service did not hand out the secret');
  return { productKey, deviceName, deviceSecret };
};
