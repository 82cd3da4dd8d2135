/**
 * Milliseconds in which something must have come that should come soon, on a busy machine too: less than the 30 s that a test
 * has (tools/jest-preset.mjs), so that a test can still say what did not come.
 */
export const PATIENCE_MS = 20_000;
