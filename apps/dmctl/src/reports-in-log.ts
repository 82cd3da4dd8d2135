/** Why what a device reports is not in its log, and how it comes there. */
import { Code, logLevelOf, logsReports } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { Session } from './session';
import { logLevels, wordOf } from './wire-words';

type Device = { readonly productID: string; readonly deviceName: string };

const readSettings = async ({ devices, products }: Session, device: Device) => {
  const info = await devices.deviceInfoRead(device);
  const { protocolConf } = await products.productInfoRead({ productID: device.productID });
  return {
    deviceLevel: Number(info.logLevel),
    productLevel: protocolConf.logLevel ?? '',
    createdAt: Number(info.createdTime) * 1000,
  };
};

/** @returns undefined where reports are in the log, and for a device that does not exist */
export const whyNoReports = async (session: Session, device: Device): Promise<string | undefined> => {
  const { productID, deviceName } = device;
  const settings = await readSettings(session, device).catch((error: unknown) => {
    if (error instanceof RpcError && error.code === Code.notFound) return undefined;
    throw error;
  });
  if (!settings || logsReports(settings, session.io.now())) return undefined;
  const { deviceLevel, productLevel } = settings;
  const cause = deviceLevel
    ? `its log level is ${wordOf(logLevels, deviceLevel)}`
    : logLevelOf(productLevel)
      ? `the log level of product ${productID} is ${productLevel}`
      : 'it is older than 24 hours, and nobody has asked for them';
  return (
    `what ${deviceName} reports is not in its log: ${cause}; ` +
    `dmctl device update ${productID} ${deviceName} --log-level info has it written from now on`
  );
};
