/** From the options of the command line to a fleet. */
import type { ThingModel } from '@alink/thing-model';
import type { ClientCertificate, Endpoint, FleetOptions, GatewayOptions, Stream } from '@alink/simulator';
import { isEncrypted } from '@alink/operator/connect';
import { CliError, ExitCode } from '../exit-code';
import type { Io } from '../io';
import { readBytes } from '../read-text-file';
import type { Settings } from '../service-address';
import type { ChosenDevice, Product } from './chosen-devices';
import type { SimulateOptions } from './options';

/** @throws {CliError} when options do not go together */
export const checkSimulateOptions = ({
  mode,
  transport,
  interval,
  eventInterval,
  also = [],
  subDevices,
  subProduct,
  subRegister,
}: SimulateOptions): void => {
  const wrong = (message: string) => new CliError(ExitCode.usage, message);
  if (mode === 'x509' && transport && !isEncrypted(transport)) throw wrong('x509 needs --transport tls or wss');
  if (eventInterval === 0) throw wrong('--event-interval must be longer than 0');
  if (interval === 0 && (eventInterval !== undefined || also.length > 0)) {
    throw wrong('--interval 0 leaves no time for --event-interval and --also');
  }
  if ((subDevices === undefined) !== (subProduct === undefined)) {
    throw wrong('--sub-devices and --sub-product go together');
  }
  if (subRegister && subDevices === undefined) throw wrong('--sub-register needs --sub-devices');
};

/** Devices of one product that are played. */
export interface Cast {
  readonly product: Product;
  readonly model: ThingModel;
  readonly devices: readonly ChosenDevice[];
}

/** @param subs the sub-devices of all gateway devices, the first one's first; absent where there are none */
export const fleetOf = async (
  io: Io,
  settings: Settings,
  cast: Cast,
  options: SimulateOptions,
  subs?: Cast,
): Promise<FleetOptions> => {
  const endpoint = await endpointOf(io, settings, options);
  const { product, model } = cast;
  const shared = { ...sharedOf(model, options), endpoint, encrypted: isEncrypted(endpoint.transport) };
  const all = subs && subDevicesOf(subs, options, shared.encrypted);
  const { connectRate, duration: durationMs, subDevices: each = 0 } = options;
  const devices = await Promise.all(
    cast.devices.map(async ({ deviceName, way }) => ({
      ...shared,
      way,
      certificate: options.mode === 'x509' ? await certificateOf(io, options, deviceName) : undefined,
      speaker: speakerOf(product, model, deviceName, options),
    })),
  );
  return {
    connectRate,
    durationMs,
    devices: all
      ? devices.map((device, at) => ({ ...device, subDevices: all.slice(at * each, (at + 1) * each) }))
      : devices,
  };
};

/** Sub-devices have no connection of their own to keep alive or to cut. */
const subDevicesOf = (
  { product, model, devices }: Cast,
  options: SimulateOptions,
  encrypted: boolean,
): GatewayOptions['subDevices'] => {
  const shared = { ...sharedOf(model, options), keepaliveS: 0, cutEveryMs: undefined, encrypted };
  return devices.map(({ deviceName, way }) => ({
    ...shared,
    way,
    deviceSecret: way.mode === 'secret' ? way.deviceSecret : '',
    speaker: speakerOf(product, model, deviceName, options),
  }));
};

const speakerOf = (
  { productKey }: Product,
  model: ThingModel,
  deviceName: string,
  { seed, startTime, perReport, qos }: SimulateOptions,
) => ({
  device: { productKey, deviceName },
  model,
  seed,
  startTime,
  perReport,
  qos: qos === '0' ? (0 as const) : (1 as const),
});

/** What all devices of a product have in common. */
const sharedOf = (model: ThingModel, options: SimulateOptions) => ({
  streams: streamsOf(model, options),
  jitter: options.jitter / 100,
  count: options.count,
  window: options.window,
  skipsMissed: options.skipMissed ?? false,
  clean: !options.persistent,
  signMethod: options.signMethod,
  keepaliveS: options.keepalive,
  subscribes: options.subscribe ?? false,
  fullRrpc: options.fullRrpc ?? false,
  silent: options.silent ?? false,
  cutEveryMs: options.cutEvery,
  attempts: options.attempts,
});

/** What devices say; what the model has no words for is left out. */
const streamsOf = (
  model: ThingModel,
  { interval, eventInterval, also = [], alsoInterval }: SimulateOptions,
): Stream[] => {
  const events: Stream[] = eventInterval === undefined ? [] : [{ kind: 'event', everyMs: eventInterval }];
  const asides = also.map((kind): Stream => ({ kind, everyMs: alsoInterval }));
  const all: Stream[] = [{ kind: 'properties', everyMs: interval }, ...events, ...asides];
  return all.filter(({ kind }) =>
    kind === 'event' ? model.events.length > 0 : model.properties.length > 0 || !needsProperties.has(kind),
  );
};

const needsProperties: ReadonlySet<string> = new Set(['properties', 'history', 'batch', 'desired']);

const endpointOf = async (
  io: Io,
  { mqttPort, mqttTlsPort, mqttWsPort }: Settings,
  { mode, transport = mode === 'x509' ? 'tls' : 'tcp', host, port, gatewayCa, insecure }: SimulateOptions,
): Promise<Endpoint> => {
  const ports = { tcp: mqttPort, tls: mqttTlsPort, ws: mqttWsPort, wss: mqttWsPort };
  const ca = gatewayCa === undefined ? undefined : await readBytes(io, gatewayCa);
  return { transport, host, port: port ?? ports[transport], ca, insecure };
};

const certificateOf = async (
  io: Io,
  { deviceCert, deviceKey }: SimulateOptions,
  deviceName: string,
): Promise<ClientCertificate> => {
  const fileOf = (pattern: string): string => pattern.replaceAll('{deviceName}', deviceName);
  return { cert: await readBytes(io, fileOf(deviceCert)), key: await readBytes(io, fileOf(deviceKey)) };
};
