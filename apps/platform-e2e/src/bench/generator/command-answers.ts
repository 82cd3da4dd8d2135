/** A device that answers each command at once. */
import { generate } from 'mqtt-packet';
import type { DeviceSocket } from './device-socket';
import { PacketType, type Found } from './packet-splitter';

/** From now on the device behind the socket does what it is told: code 200 and no data. */
export const answerCommands = (socket: DeviceSocket): void => {
  socket.onPacket = (packet) => {
    if (packet.type !== PacketType.publish) return;
    const { topic, messageId, payload } = readPublish(packet);
    const { id } = JSON.parse(payload) as { id: string };
    if (messageId !== undefined) socket.write(generate({ cmd: 'puback', messageId }));
    const reply = JSON.stringify({ id, code: 200, data: {} });
    socket.write(
      generate({ cmd: 'publish', topic: `${topic}_reply`, payload: reply, qos: 0, dup: false, retain: false }),
    );
  };
};

/** Topic, message id (at QoS 1) and payload of a PUBLISH (MQTT 3.1.1, 3.3). */
const readPublish = ({ bytes, start, body, end }: Found): { topic: string; messageId?: number; payload: string } => {
  const hasId = (bytes[start]! & 0b110) > 0;
  const topicEnd = body + 2 + bytes.readUInt16BE(body);
  const topic = bytes.toString('utf8', body + 2, topicEnd);
  if (!hasId) return { topic, payload: bytes.toString('utf8', topicEnd, end) };
  const messageId = bytes.readUInt16BE(topicEnd);
  return { topic, messageId, payload: bytes.toString('utf8', topicEnd + 2, end) };
};
