import { isoOfMs } from '@alink/operator/words';
import { InvalidArgumentError, type Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseJsonObject } from '../parse-options';
import type { Session } from '../session';
import { shadowRows, type Attributes, type Times } from '../shadow-rows';

interface SetOptions {
  readonly asVersion: number;
  readonly delta?: boolean;
}

/** -1, 0, or a version: milliseconds of today are one. */
const parseShadowVersion = (text: string): number => {
  const version = /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(version) || version < -1) throw new InvalidArgumentError('It must be a version, 0, or -1.');
  return version;
};

export const addShadowCommands = (shadow: Command, io: Io): void => {
  withExample(
    shadow
      .command('get')
      .description('show what a device says that it is, and what it shall be')
      .argument('<productKey>')
      .argument('<deviceName>')
      .action(inSession(io, showShadow)),
    'shadow get aliyun_test_01 dev001',
  );

  withExample(
    shadow
      .command('set')
      .description('set what a device shall be, and tell it where it is online; one that comes online later fetches it')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('<desired>', 'JSON object: attributes; null deletes one', parseJsonObject)
      .option('--delta', 'leave attributes that are not named; else they go')
      .option(
        '--as-version <n>',
        'greater than the present one; -1 deletes everything and begins with 0',
        parseShadowVersion,
        0,
      )
      .action(inSession(io, setShadow)),
    `shadow set aliyun_test_01 dev001 '{"color":"green"}' --delta`,
  );

  withExample(
    shadow
      .command('delete')
      .description('delete the whole shadow; versions begin anew')
      .argument('<productKey>')
      .argument('<deviceName>')
      .action(inSession(io, deleteShadow)),
    'shadow delete aliyun_test_01 dev001',
  );
};

const showShadow = async (
  { shadow, out }: Session,
  _options: object,
  productID: string,
  deviceName: string,
): Promise<void> => {
  const read = await shadow.read({ productID, deviceName });
  const version = Number(read.version);
  const updatedAt = Number(read.updatedAt);
  const reported = JSON.parse(read.reported) as Attributes;
  const desired = JSON.parse(read.desired) as Attributes;
  const metadata = JSON.parse(read.metadata) as { readonly reported: Times; readonly desired: Times };
  if (out.json) {
    out.document({ version, time: updatedAt > 0 ? isoOfMs(updatedAt) : '', reported, desired, metadata });
    return;
  }
  if (updatedAt > 0) out.text(`version ${version}, ${isoOfMs(updatedAt)}\n`);
  const rows = shadowRows({ reported, desired, metadata });
  out.rows(rows, ['attribute', 'reported', 'desired', 'time'], `the shadow of ${deviceName} is empty`);
};

const setShadow = async (
  { shadow, out }: Session,
  { asVersion, delta: isDelta = false }: SetOptions,
  productID: string,
  deviceName: string,
  desired: string,
): Promise<void> => {
  const set = await shadow.update({ productID, deviceName, desired, version: asVersion, isDelta });
  const version = Number(set.version);
  const what = set.isSent ? `${deviceName} was told` : `${deviceName} was not told: it fetches it when it comes online`;
  out.done({ version, isSent: set.isSent }, `version ${version}; ${what}`);
};

const deleteShadow = async (
  { shadow, out }: Session,
  _options: object,
  productID: string,
  deviceName: string,
): Promise<void> => {
  await shadow.delete({ productID, deviceName });
  out.done({ productKey: productID, deviceName }, `deleted the shadow of ${deviceName}`);
};
