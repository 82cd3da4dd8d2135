/**
 * Data in a format of the device's own, which a script of the product translates. Source: Alibaba Cloud IoT
 * documentation, "Device properties, events, and services".
 */
import type { Route } from '../../route';
import { command, request } from './unserved';

const NO_SCRIPTS = 'no scripts yet that translate data';
const down = command(NO_SCRIPTS, 'thing/model/down_raw', 'command in a format of its own');

export const rawData: readonly Route[] = [
  request(NO_SCRIPTS, 'thing/model/up_raw', 'report in a format of its own'),
  { ...down, topic: { ...down.topic, rrpc: 'a synchronous call in a format of its own, and its answer' } },
];
