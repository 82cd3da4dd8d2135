/** What applications are told of the values of properties. */
import { propertyReports, type ApplicationMessage, type PropertyReport } from '@alink/contract';
import { foreignValue } from '@alink/thing-model';
import type { DeviceCore } from '../device-core';
import type { ProductModel } from '../services/product-manage/compiled-models';
import { isToken } from './sinks/rows';

/**
 * Of values that a device has reported, or has taken over at somebody's wish: call it once they are kept. A value of which
 * the thing model knows nothing is kept as it is without validation; applications could not read it, and are not told.
 */
export const propertyNews = (
  device: DeviceCore,
  { typeOf }: ProductModel,
  report: PropertyReport,
): readonly ApplicationMessage[] => {
  const told = Object.entries(report.params).flatMap(([identifier, value]) => {
    const type = isToken(identifier) ? typeOf(identifier) : undefined;
    return type ? [[identifier, foreignValue(value, type)] as const] : [];
  });
  return told.length === 0 ? [] : propertyReports(device, { ...report, params: Object.fromEntries(told) });
};
