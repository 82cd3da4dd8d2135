/** What the platform tells a gateway device of its sub-devices, and asks of it. */
import type { JsonObject } from '@alink/thing-model';

export const TOPOLOGY_CHANGE = 'thing/topo/change';
export const ADD_NOTICE = 'thing/topo/add/notify';
export const JOIN_PERMIT = 'thing/gateway/permit';

/** `status` of a change: what has become of the sub-devices ("Alibaba Cloud IoT documentation, 'Manage topological relationships'"). */
export const topologyStatus = { attached: 0, detached: 1, enabled: 2, disabled: 8 } as const;

/**
 * Seconds for which a gateway device shall let sub-devices join where nobody says how long (Link SDK for C 3.x, gateway
 * programming guide: "usually 60 seconds").
 */
const WINDOW = 60;

/** @param productKey of the sub-devices that may join; empty: of any product @param seconds for so long; 0: as is usual */
export const joinPermitData = (productKey = '', seconds = 0): JsonObject => ({ productKey, time: seconds || WINDOW });
