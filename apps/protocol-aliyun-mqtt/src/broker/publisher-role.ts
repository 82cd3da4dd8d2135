/** The manual's cloud publisher: it commands one device, at that device's rate, and hears nothing. */
import type { PublishPacket } from 'aedes';
import type { Logger } from '@alink/runtime';
import type { CloudPublisher } from '../connect/cloud-publisher';
import type { UplinkMeter } from '../guard/uplink-rate';
import type { Answer } from '../uplink/uplink';
import type { Role } from './role';

export class PublisherRole implements Role {
  constructor(
    private readonly publisher: CloudPublisher,
    private readonly rate: UplinkMeter,
    private readonly log: Logger,
  ) {}

  ready(): void {}

  publish(packet: PublishPacket, done: Answer): void {
    if (!this.rate.admits((text) => this.log.warn({ topic: packet.topic }, text))) return done();
    this.publisher.publish(packet).then(
      (goesOn) => done(goesOn ? undefined : new Error('its login counts no more')),
      (error: unknown) => done(error as Error),
    );
  }

  grant(): null {
    return null;
  }
}
