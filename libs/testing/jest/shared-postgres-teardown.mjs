// Jest `globalTeardown` that goes together with shared-postgres-setup.mjs.
export default async () => {
  await globalThis.stopSharedPostgres?.();
};
