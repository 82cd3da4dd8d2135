/** Why what a device reports is not in its log. */
import { Code } from '@alink/contract/codes';
import { logLevelOf, logsReports } from '@alink/contract/log-level';
import { RpcError } from '@alink/rpc/rpc-error';
import type { Platform } from '../platform';
import { logLevels, wordOf } from '../words/wire-words';

type Services = Pick<Platform, 'devices' | 'products'>;
type Device = { readonly productID: string; readonly deviceName: string };

const readSettings = async ({ devices, products }: Services, device: Device) => {
  const info = await devices.deviceInfoRead(device);
  const { protocolConf } = await products.productInfoRead({ productID: device.productID });
  return {
    deviceLevel: Number(info.logLevel),
    productLevel: protocolConf.logLevel ?? '',
    createdAt: Number(info.createdTime) * 1000,
  };
};

/**
 * @param now unix milliseconds
 * @returns undefined where reports are in the log, and for a device that does not exist
 */
export const whyNoReports = async (platform: Services, device: Device, now: number): Promise<string | undefined> => {
  const settings = await readSettings(platform, device).catch((error: unknown) => {
    if (error instanceof RpcError && error.code === Code.notFound) return undefined;
    throw error;
  });
  if (!settings || logsReports(settings, now)) return undefined;
  const { deviceLevel, productLevel } = settings;
  return deviceLevel
    ? `its log level is ${wordOf(logLevels, deviceLevel)}`
    : logLevelOf(productLevel)
      ? `the log level of product ${device.productID} is ${productLevel}`
      : 'it is older than 24 hours, and nobody has asked for them';
};
