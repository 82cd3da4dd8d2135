/**
 * Several samples in one report. Source: Alibaba Cloud IoT documentation, "Device properties, events, and services".
 */
import type { Route } from '../../route';
import { request } from './unserved';

const sample = (path: string, meaning: string): Route =>
  request('every report is one sample of one device', `thing/event/property/${path}/post`, meaning);

export const samples: readonly Route[] = [
  sample('batch', 'report several samples of properties and events'),
  sample('pack', 'report properties and events of a gateway and its sub-devices'),
  sample('history', 'report what was measured while offline'),
];
