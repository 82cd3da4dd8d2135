/** Jobs that devices are to do. Source: Alibaba Cloud IoT documentation, "Jobs". */
import type { Route } from '../../route';
import { command, request } from './unserved';

const NO_JOBS = 'no jobs of devices yet';

export const jobs: readonly Route[] = [
  command(NO_JOBS, 'thing/job/notify', 'a job to do'),
  request(NO_JOBS, 'thing/job/get', 'ask for jobs'),
  request(NO_JOBS, 'thing/job/update', 'report how a job goes'),
];
