/**
 * `POST /auth/bootstrap` and `GET /auth/bootstrap/regionId/{region}`: where a device shall connect. Nobody proves anything: the
 * answer is the same for everybody, and says what every device is told that proves its secret. A device that is online is told
 * to ask by `thing/bootstrap/notify`. Source: Link SDK for C 4.x, `aiot_bootstrap_api.c`.
 */
import type { IncomingMessage } from 'node:http';
import type { RouteHandler } from '@alink/runtime';
import { answer } from './answer';
import type { MqttEndpoint } from './mqtt-endpoint';

export const bootstrapRoutes = (
  endpointFor: (request: IncomingMessage) => MqttEndpoint,
): Readonly<Record<string, RouteHandler>> => {
  const handler: RouteHandler = (request, response) => {
    // What it says of itself changes nothing.
    request.resume();
    const { host, port } = endpointFor(request);
    answer(response, { data: { resources: { mqtt: { host, port } } } });
  };
  return { 'POST /auth/bootstrap': handler, 'GET /auth/bootstrap/regionId/*': handler };
};
