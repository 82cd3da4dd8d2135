import type { Command } from 'commander';
import { productKeyOf, thingModelOf } from '@alink/operator/products';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import type { Session } from '../session';
import { chooseSimulated, chooseSubDevices } from '../simulate/chosen-devices';
import { checkSimulateOptions, fleetOf, type Cast } from '../simulate/fleet-of';
import { addSimulateOptions, type SimulateOptions } from '../simulate/options';
import { tellReport } from '../simulate/tell-report';

const afterHelp = `
Modes:
  secret    with the DeviceSecret (一机一密)
  auto      securemode -2: with the ProductSecret; the first connect creates the device
  register  一型一密: with the ProductSecret, over TLS, fetches the DeviceSecret of a device that is not activated yet
  regnwl    一型一密 without registration before: fetches a clientId and a deviceToken, of which a device may have five
  x509      with a client certificate: --device-cert and --device-key

What devices send is drawn from the thing model and the seed: with the same devices, seed, intervals and --start-time it is the
same again, byte for byte and in the same order for each device, whatever the network does meanwhile.

With --sub-devices each device is a gateway device: it adds its sub-devices or registers them, logs them in, and they report over its
connection. They come back with it after each loss, and say what the model of their own product describes.

Exit code 1 where devices could not connect, or reports or subscriptions were refused.`;

export const completeSimulateCommand = (command: Command, io: Io): void => {
  withExample(
    addSimulateOptions(command.argument('<productKey>'), io.now)
      .addHelpText('after', afterHelp)
      .action(inSession(io, simulate)),
    'simulate aliyun_test_01 --create 100 --interval 5s --event-interval 1m',
    "simulate aliyun_test_01 --name 'dev*' --seed 7 --start-time 2026-01-01 --count 10 --json",
    'simulate aliyun_test_01 --create 2000 --interval 1s --duration 5m --cut-every 2m --connect-rate 200',
    'simulate gateway_01 --create 2 --sub-devices 50 --sub-product aliyun_test_01 --interval 10s',
  );
};

const simulate = async (session: Session, options: SimulateOptions, productID: string): Promise<void> => {
  checkSimulateOptions(options);
  const { settings, out, io } = session;
  const { product, model } = await productOf(session, productID);
  const devices = await chooseSimulated(session, product, options);
  const subs = await subDevicesOf(session, options, devices.length);
  const fleetOptions = await fleetOf(io, settings, { product, model, devices }, options, subs);
  const { play } = await import('../simulate/play');
  tellReport(out, await play(session, fleetOptions), productID);
};

const productOf = async (session: Session, productID: string): Promise<Pick<Cast, 'product' | 'model'>> => {
  const info = await session.products.productInfoRead({ productID });
  const product = { productID, productKey: productKeyOf(info), secret: info.secret };
  return { product, model: await thingModelOf(session, productID) };
};

const subDevicesOf = async (
  session: Session,
  options: SimulateOptions,
  gateways: number,
): Promise<Cast | undefined> => {
  if (options.subProduct === undefined) return undefined;
  const { product, model } = await productOf(session, options.subProduct);
  return { product, model, devices: await chooseSubDevices(session, product, gateways, options) };
};
