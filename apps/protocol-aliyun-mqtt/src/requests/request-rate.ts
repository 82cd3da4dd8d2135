/** How often a device may ask what, where the protocol says so ("Alibaba Cloud IoT documentation, 'Limits'"). */
import type { Question } from '@alink/alink';
import type { Clock } from '@alink/runtime';
import { EventRate } from '../guard/event-rate';
import type { Asker } from './requests';

/** Questions of one domain that a device may ask within a second. */
const PER_SECOND: Readonly<Record<string, number>> = { shadow: 20 };
/** Devices that are remembered; after a second each is as new. */
const MAX_DEVICES = 50_000;

/** The part of a kind before its dot. */
const domainOf = ({ kind }: Question): string => kind.split('.', 1)[0]!;

export class RequestRate {
  private readonly rates: ReadonlyMap<string, EventRate>;

  constructor(clock: Clock) {
    this.rates = new Map(
      Object.entries(PER_SECOND).map(([domain, limit]) => [
        domain,
        new EventRate({ limit, windowMs: 1000, maxKeys: MAX_DEVICES }, clock),
      ]),
    );
  }

  /** Counts a question. @returns whether it may be asked */
  admits(question: Question, { productID, deviceName }: Asker): boolean {
    return this.rates.get(domainOf(question))?.take(`${productID}/${deviceName}`) ?? true;
  }
}
