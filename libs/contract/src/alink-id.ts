/** Ids of the requests that the platform makes of devices. */
import { randomInt } from 'node:crypto';
import { alinkIds } from '@alink/alink';

/**
 * The id of a new request, drawn by lot: the `msgToken` of its message and the `id` on the wire, so that a device's answer
 * finds its command whichever node or instance has been started anew meanwhile. @returns 8 to 10 digits that fit uint32
 */
export const newAlinkId = (): string => String(randomInt(alinkIds.min, alinkIds.max + 1));
