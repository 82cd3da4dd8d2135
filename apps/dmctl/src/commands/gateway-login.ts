import { requestLine, type Endpoint } from '@alink/operator/connect';
import type { SignMethod } from '@alink/signing';
import { Option, type Command } from 'commander';
import { withExample } from '../example';
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

type Request = NonNullable<Awaited<ReturnType<Session['admin']['subDeviceParamsRead']>>['login']>;

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
  { admin, out, settings }: Session,
  { transport, host, port, gatewayCa: caFile, signMethod }: LoginOptions,
  productID: string,
  deviceName: string,
  subProductID: string,
  subDeviceName: string,
): Promise<void> => {
  const gateway = { productID, deviceName, signMethod };
  const subDevice = { productID: subProductID, deviceName: subDeviceName };
  const params = await admin.subDeviceParamsRead({ ...gateway, subDevice });
  const login = await admin.connectParamsRead({ ...gateway, encrypted: transport === 'tls' });
  const ports = { tcp: settings.mqttPort, tls: settings.mqttTlsPort };
  const endpoint: Endpoint = { transport, host, port: port ?? ports[transport], caFile };
  const withCommand = (request: Request) => ({ ...request, command: requestLine(endpoint, login, request) });
  const attach = withCommand(params.attach!);
  const logIn = withCommand(params.login!);
  if (out.json) return out.record({ attach, login: logIn });
  const told = ({ topic, payload, command }: typeof attach): string =>
    `  topic:    ${topic}\n  payload:  ${payload}\n${command}\n`;
  out.text(`Attach the sub-device (thing/topo/add):\n${told(attach)}`);
  out.text(`\nLog it in; it is online as long as this connection lasts:\n${told(logIn)}`);
};
