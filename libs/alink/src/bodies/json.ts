/** One JSON object without an envelope: neither id nor code (Alibaba Cloud IoT documentation, "NTP service"). */
import { isRecord } from '../envelope';
import { readPayloadJson } from '../payload-json';
import type { Body } from './body';

/** The object that a payload holds; undefined where it holds none. */
export type JsonBody = Readonly<Record<string, unknown>> | undefined;

export const json: Body<JsonBody> = {
  name: 'JSON',
  read: (payload) => {
    const { value, remarks } = readPayloadJson(payload);
    return { content: isRecord(value) ? value : undefined, id: '', idToken: '""', wantsReply: true, remarks };
  },
  write: ({ data }) => JSON.stringify(data ?? {}),
  hasCodes: false,
};
