/** The reference for an answer: aedes that reads the JSON of a report and answers as the platform does; it checks and keeps nothing. */
import { Aedes } from 'aedes';
import { serveBroker } from './serve-broker';

export const runAnsweringAedes = async (port: number): Promise<void> => {
  const broker = await Aedes.createBroker();
  broker.authorizePublish = (client, { topic, payload }, done) => {
    const { id, method } = JSON.parse(payload.toString()) as { id: string; method: string };
    done(null);
    if (!client) return;
    const reply = JSON.stringify({ id, code: 200, message: 'success', version: '1.0', method, data: {} });
    client.publish(
      { cmd: 'publish', topic: `${topic}_reply`, payload: reply, qos: 0, dup: false, retain: false },
      () => undefined,
    );
  };
  serveBroker(broker, port);
};
