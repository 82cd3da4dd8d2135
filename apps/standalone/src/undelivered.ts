/** Commands that came to nothing, for the screen: the node sees neither those to a device that is offline nor a silence. */
import type { Bus, Subscription } from '@alink/bus';
import { decodeEnvelope, subjects, type HubLogEntry } from '@alink/contract';
import type { Activity } from './live-lines';

/** Tells of each until it is unsubscribed: dm writes such a line into the device's log, without a topic. */
export const onUndelivered = (bus: Bus, tell: (activity: Activity) => void): Subscription =>
  bus.subscribe(subjects.hubLog, ({ data }) => {
    const entry = JSON.parse(decodeEnvelope(data.toString()).data) as HubLogEntry;
    const { productID, deviceName, action, topic, resultCode, content } = entry;
    if (action !== 'deliver' || topic !== '') return;
    tell({ kind: 'command', productKey: productID, productID, deviceName, code: resultCode, text: content });
  });
