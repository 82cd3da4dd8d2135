/** Files in parts over MQTT. Sources: Alibaba Cloud IoT documentation, "File upload"; Link SDK for C 4.x. */
import type { Route } from '../../route';
import { request } from './unserved';

const NO_FILES = 'no files yet';

export const files: readonly Route[] = [
  request(NO_FILES, 'thing/file/download', 'ask for a part of a file'),
  request(NO_FILES, 'thing/file/upload/mqtt/init', 'begin to upload a file'),
  request(NO_FILES, 'thing/file/upload/mqtt/send', 'upload a part of a file'),
  request(NO_FILES, 'thing/file/upload/mqtt/cancel', 'give up an upload'),
];
