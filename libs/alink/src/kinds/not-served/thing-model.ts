/** The thing model, asked for by the device. Source: Alibaba Cloud IoT documentation, "TSL model". */
import type { Route } from '../../route';
import { notice, request } from './unserved';

const NO_MODEL = 'devices do not read their thing model yet';

export const thingModel: readonly Route[] = [
  request(NO_MODEL, 'thing/dsltemplate/get', 'fetch the thing model'),
  request(NO_MODEL, 'thing/dynamicTsl/get', 'fetch the thing model, with what is dynamic in it'),
  notice(NO_MODEL, {
    family: 'sys',
    path: 'thing/model/config/push',
    meaning: 'a new configuration of the thing model',
  }),
];
