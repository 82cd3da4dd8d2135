/** Why a device may have no sub-devices, or be none, in the words that all say who refuse it. */
import type { Reply } from './questions';

/** A refusal that is no code's own. @param why fit for a reply: no brace, no quote */
const refusal = (why: string): Reply & { readonly message: string } => ({
  code: 460,
  message: `request parameter error: ${why}`,
});

export const topologyRefusals = {
  /** It asks for secrets, and its product is none of gateways. */
  registersNothing: refusal('only a device of a gateway product registers sub-devices'),
  /** It asks in the place of its gateway device. */
  hasNoSubDevices: refusal('a sub-device has no sub-devices, and only its gateway device may ask'),
  /** It is to have its secret told, and its product is none of sub-devices. */
  isNoSubDevice: refusal('its product is none of sub-devices'),
  /** It is to be attached. */
  isGateway: refusal('a gateway device is no sub-device'),
} as const;
