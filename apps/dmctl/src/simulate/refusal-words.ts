/** What the codes of a CONNACK say (MQTT 3.1.1, section 3.2.2.3), and what to do about each. */
import type { FleetReport } from '@alink/simulator';

const words: Readonly<Record<string, (productKey: string) => string>> = {
  'CONNACK 2': () => 'the ClientID is refused: is --keepalive within 30 to 1200, and does --mode register go over TLS?',
  'CONNACK 3': () => 'the node cannot tell who the device is: dmctl status shows whether dm.rpc answers',
  'CONNACK 4': (productKey) =>
    'bad user name or password: no such device, another secret, or registration is off ' +
    `(dmctl product update ${productKey} --auto-register existing, or create)`,
  'CONNACK 5': (productKey) =>
    `not authorized: the product or the device is disabled (dmctl product enable ${productKey}, dmctl device enable)`,
};

/** A line for each code among the failures; the node alone knows the cause of one device. */
export const refusalWords = (failures: FleetReport['failures'], productKey: string): string[] => {
  const lines = Object.entries(words).flatMap(([code, say]) =>
    code in failures ? [`${code}: ${say(productKey)}`] : [],
  );
  return lines.length > 0 ? [...lines, 'The log of the node says the cause of each, and the step to take.'] : [];
};
