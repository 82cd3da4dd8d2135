/**
 * Connects all devices, `window` of them at a time.
 * @returns the connections, in the order of their devices
 */
export const connectSome = async <Device, Connection>(
  devices: readonly Device[],
  window: number,
  connect: (device: Device) => Promise<Connection>,
): Promise<Connection[]> => {
  const connections: Connection[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: window }, async () => {
      while (next < devices.length) {
        const index = next++;
        connections[index] = await connect(devices[index]!);
      }
    }),
  );
  return connections;
};
