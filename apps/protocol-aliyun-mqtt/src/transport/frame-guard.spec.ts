import { Duplex } from 'node:stream';
import mqtt from 'mqtt-packet';
import { FrameScanner, guardFrames } from './frame-guard';
import { FrameRules } from './frame-rules';

const publish = (bytes: number): Buffer =>
  mqtt.generate({ cmd: 'publish', topic: 't', payload: Buffer.alloc(bytes), qos: 0, dup: false, retain: false });

const connect = Buffer.from('100c00044d5154540402003c0000', 'hex');
const tooLarge = { did: expect.stringMatching(/^frame too large/) };

describe('FrameScanner', () => {
  const stream = Buffer.concat([
    mqtt.generate({ cmd: 'pingreq' }),
    publish(10),
    publish(900),
    mqtt.generate({ cmd: 'disconnect' }),
  ]);

  test.each([1, 2, 3, 7, 64, 4096])('lets frames within the limit pass in pieces of %i bytes', (size) => {
    const scanner = new FrameScanner(1000);
    for (let at = 0; at < stream.length; at += size) {
      expect(scanner.push(stream.subarray(at, at + size))).toBeUndefined();
    }
  });

  test('stops at the announced length, before the body', () => {
    const header = publish(70_000).subarray(0, 4);
    expect(new FrameScanner(65_536).push(header)).toMatchObject({ fault: tooLarge, good: 0 });
  });

  test('accepts a frame of exactly the limit', () => {
    const frame = publish(1000);
    const body = frame.length - 3;
    expect(new FrameScanner(body).push(frame)).toBeUndefined();
    expect(new FrameScanner(body - 1).push(frame)).toMatchObject({ fault: tooLarge });
  });

  test('refuses a length field that does not end [MQTT 2.2.3]', () => {
    expect(new FrameScanner(2 ** 28).push(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]))).toMatchObject({
      fault: { did: expect.stringMatching(/^malformed length/) },
    });
  });

  test('a length that is padded within four bytes passes', () => {
    const scanner = new FrameScanner(1000, new FrameRules());
    expect(scanner.push(Buffer.concat([connect, Buffer.from('c0808000c000', 'hex')]))).toBeUndefined();
  });

  test('what stands before the frame at fault may pass', () => {
    const scanner = new FrameScanner(1000, new FrameRules());
    const bytes = Buffer.concat([connect, mqtt.generate({ cmd: 'pingreq' }), connect]);
    expect(scanner.push(bytes)).toMatchObject({
      good: connect.length + 2,
      fault: { did: expect.stringMatching(/a second CONNECT/) },
    });
  });
});

describe('guardFrames', () => {
  const pipe = (): Duplex => new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });

  test('hands bytes through untouched', async () => {
    const conn = pipe();
    guardFrames(conn, 100);
    conn.push(publish(10));
    await new Promise((resolve) => conn.once('readable', resolve));
    expect(conn.read()).toEqual(publish(10));
    expect(conn.destroyed).toBe(false);
  });

  test('destroys the connection of an oversized frame and says why', async () => {
    const conn = pipe();
    guardFrames(conn, 100);
    const failed = new Promise<Error>((resolve) => conn.once('error', resolve));
    conn.push(publish(200).subarray(0, 5));
    await new Promise((resolve) => conn.once('readable', resolve));
    expect(conn.read()).toBeNull();
    expect((await failed).message).toMatch(/^frame too large: .*; send less/);
  });

  test('hands out what came before the frame at fault, and then ends the connection', async () => {
    const conn = pipe();
    const faults: string[] = [];
    guardFrames(conn, 100, new FrameRules(), ({ did }) => void faults.push(did));
    conn.push(Buffer.concat([connect, connect]));
    await new Promise((resolve) => conn.once('readable', resolve));
    expect(conn.read()).toEqual(connect);
    expect(faults).toEqual([]);
    expect(conn.read()).toBeNull();
    expect(faults).toEqual([expect.stringMatching(/a second CONNECT/)]);
  });
});
