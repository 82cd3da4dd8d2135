/** Tells a device to ask where it should connect. Source: Link SDK for C 4.x, `aiot_bootstrap_api.c`. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { successOf } from '../device-interact/answer-of';
import type { CommandSender } from '../device-interact/command-sender';
import { findTarget, timeoutOf } from '../device-interact/command-target';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'bootstrapNotify'>;

const PATH = 'thing/bootstrap/notify';
/** "Fetch a new endpoint": the only one there is. */
const FETCH = 0;

export const bootstrapHandlers = (context: DmContext, sender: CommandSender): Methods => ({
  async bootstrapNotify(request, call) {
    const { device } = await findTarget(context, request);
    const { answer } = await sender.send({
      device,
      action: 'sendMsg',
      entries: [{ dataID: PATH, content: JSON.stringify({ cmd: FETCH }) }],
      user: call.user,
      body: { kind: 'thing', type: 'request', message: { method: 'request', path: PATH, params: { cmd: FETCH } } },
      timeoutMs: timeoutOf('0', call, context.now()),
    });
    successOf(await answer);
    return {};
  },
});
