/** Properties and events that are to be kept and told (unitedrhino, things: deviceMsgEvent and its time series). */
import type { Applications } from './applications';
import type { DeviceRef, DmState } from './state';

type Values = Readonly<Record<string, unknown>>;

export class Reports {
  constructor(
    private readonly state: DmState,
    private readonly applications: Applications,
  ) {}

  /** @param values taken by the model already */
  async properties(device: DeviceRef, values: Values, timestamp: number): Promise<void> {
    await this.applications.properties(device, values, timestamp);
    this.keepProperties(device, values, timestamp);
  }

  /** Keeps without a word to applications. */
  keepProperties(device: DeviceRef, values: Values, timestamp: number): void {
    const data = this.state.dataOf(device);
    for (const [dataID, value] of Object.entries(values).flatMap(itemsOf)) {
      const row = { dataID, value, timestamp };
      data.properties.push(row);
      // An older report that comes late is history.
      if ((data.latest.get(dataID)?.timestamp ?? 0) <= timestamp) data.latest.set(dataID, row);
    }
  }

  async event(device: DeviceRef, eventID: string, type: string, params: Values, timestamp: number): Promise<void> {
    await this.applications.event(device, type, eventID, params, timestamp);
    this.state.dataOf(device).events.push({ dataID: eventID, type, params, timestamp });
  }
}

/** An array is kept as its items, each under its place. */
const itemsOf = ([dataID, value]: [string, unknown]): [string, unknown][] =>
  Array.isArray(value) ? value.map((item, place) => [`${dataID}.${place}`, item]) : [[dataID, value]];
