/** Tells applications what devices reported, after it is kept. Bodies: `{"device","timestamp",...}`. */
import type { Bus } from '@alink/bus';
import { encodeEnvelope, subjects, type JsonObject } from '@alink/contract';
import { timeOr, type Uplink } from './decode-message';

/** A DeviceName may hold dots, an identifier a colon: neither ends a token where it matters, but a blank would. */
const isToken = (identifier: string): boolean => /^[^\s*>]+$/.test(identifier) && identifier !== '';

export class ApplicationNews {
  constructor(
    private readonly bus: Bus,
    private readonly now: () => number,
  ) {}

  tell(uplink: Uplink): void {
    const { message, arrivedAt } = uplink;
    switch (message?.method) {
      case 'report':
        this.properties(uplink, message.params, timeOr(message.timestamp, arrivedAt));
        break;
      case 'packReport':
        for (const { params, timestamp } of message.properties) {
          this.properties(uplink, params, timeOr(timestamp, arrivedAt));
        }
        for (const { eventID, params, timestamp } of message.events) {
          this.event(uplink, eventID, 'info', params, timeOr(timestamp, arrivedAt));
        }
        break;
      case 'eventPost':
        this.event(uplink, message.eventID, message.type, message.params, timeOr(message.timestamp, arrivedAt));
        break;
      case 'actionReply': {
        const { actionID, msgToken, code, msg, data } = message;
        if (!actionID || !isToken(actionID)) break;
        const { productID, deviceName } = uplink;
        this.publish(subjects.application.action(productID, deviceName, actionID, 'resp', 'up'), uplink, {
          timestamp: timeOr(message.timestamp, arrivedAt),
          actionID,
          msgToken,
          code,
          msg,
          outputParams: data ?? {},
        });
        break;
      }
      default:
        break;
    }
  }

  private properties(uplink: Uplink, params: JsonObject, timestamp: number): void {
    const { productID, deviceName } = uplink;
    const { application } = subjects;
    this.publish(application.properties(productID, deviceName), uplink, { timestamp, params });
    this.publish(application.propertiesV2(productID, deviceName), uplink, { timestamp, params });
    for (const [identifier, param] of Object.entries(params)) {
      if (!isToken(identifier)) continue;
      this.publish(application.property(productID, deviceName, identifier), uplink, { timestamp, identifier, param });
    }
  }

  private event(uplink: Uplink, identifier: string, type: string, params: JsonObject, timestamp: number): void {
    if (!isToken(identifier) || !isToken(type)) return;
    const subject = subjects.application.event(uplink.productID, uplink.deviceName, type, identifier);
    this.publish(subject, uplink, { timestamp, identifier, type, params });
  }

  private publish(subject: string, { productID, deviceName }: Uplink, body: object): void {
    const data = JSON.stringify({ device: { productID, deviceName }, ...body });
    this.bus.publish(subject, encodeEnvelope(data, this.now()));
  }
}
