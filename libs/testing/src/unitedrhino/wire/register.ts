/** How unitedrhino's services stand in etcd (go-zero): `<service>/<lease id in decimal>` = `host:port`, a lease of 10 s. */
import { Etcd3 } from 'etcd3';

const LEASE_SECONDS = 10;

export interface Registered {
  /** The key goes at once. */
  withdraw(): Promise<void>;
}

/**
 * @param hosts address of etcd, `127.0.0.1:2379`
 * @param service as in `dm.rpc`
 */
export const register = async (hosts: string, service: string, address: string): Promise<Registered> => {
  const etcd = new Etcd3({ hosts: `http://${hosts}` });
  const lease = etcd.lease(LEASE_SECONDS);
  const id = await lease.grant();
  await lease.put(`${service}/${id}`).value(address);
  return {
    withdraw: async () => {
      await lease.revoke().catch(() => undefined); // etcd may be gone before: the test is over
      etcd.close();
    },
  };
};
