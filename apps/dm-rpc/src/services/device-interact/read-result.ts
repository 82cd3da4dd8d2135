/** How a command ended, asked for later. */
import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { DmContext } from '../../context';
import { tokenOf } from '../../ingest/sinks/replies';
import { badParameter, notFound } from '../../wire/errors';
import { findDevice } from '../device-msg/find-device';
import type { CommandAction } from './send-log';
import type { DeviceAnswer } from './waiting-commands';

const NOT_ANSWERED: readonly number[] = [Code.deviceTimeout, Code.deviceOffline];

/**
 * @throws {RpcError} 100024 while the command is open; 2000002 or 2000003 when it did not reach the device; 100009 for
 *   a token that no such command has
 */
export const readResult = async (
  { prisma }: DmContext,
  request: { readonly productID: string; readonly deviceName: string; readonly msgToken: string },
  action: CommandAction,
): Promise<DeviceAnswer> => {
  const device = await findDevice({ prisma }, request);
  const msgToken = tokenOf(request.msgToken);
  if (msgToken === undefined) throw badParameter('msgToken', 'must be the token that a command answered with');
  const row = await prisma.sendLog.findUnique({
    where: { deviceID_msgToken_part: { deviceID: device.id, msgToken, part: 0 } },
  });
  if (!row || row.action !== action) throw notFound(`command ${request.msgToken}`);
  const { resultCode, resultMsg, output } = row;
  if (resultCode === null) throw new RpcError(Code.inProgress, resultMsg || 'the device has not answered yet');
  if (NOT_ANSWERED.includes(resultCode)) throw new RpcError(resultCode, resultMsg);
  return { code: resultCode, msg: resultMsg, output };
};
