import { Duplex } from 'node:stream';
import mqtt from 'mqtt-packet';
import { FrameScanner, guardFrames } from './frame-guard';

const publish = (bytes: number): Buffer =>
  mqtt.generate({ cmd: 'publish', topic: 't', payload: Buffer.alloc(bytes), qos: 0, dup: false, retain: false });

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
    expect(new FrameScanner(65_536).push(header)).toBe('frame too large');
  });

  test('accepts a frame of exactly the limit', () => {
    const frame = publish(1000);
    const body = frame.length - 3;
    expect(new FrameScanner(body).push(frame)).toBeUndefined();
    expect(new FrameScanner(body - 1).push(frame)).toBe('frame too large');
  });

  test('refuses a length field that does not end [MQTT 2.2.3]', () => {
    expect(new FrameScanner(2 ** 28).push(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]))).toBe('malformed length');
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
    expect((await failed).message).toBe('frame too large');
  });
});
