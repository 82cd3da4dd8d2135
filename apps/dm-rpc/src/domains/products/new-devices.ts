/** Whose the new devices of a product are, as `productConfigUpdate` says it. */
const FIELDS = ['tenantCode', 'projectID', 'areaID'] as const;

interface ProductExtra {
  readonly config?: { readonly DevInit?: Partial<Record<(typeof FIELDS)[number], string>> | null };
}

/** What a new device of it has where nothing else is said. @param extra of the product's row */
export const initialFields = (extra: unknown): Record<string, string> => {
  const init = (extra as ProductExtra).config?.DevInit ?? {};
  const given = FIELDS.map((field) => [field, init[field] ?? ''] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== '' && value !== '0'));
};
