import type { Sizes } from './loads/load';

export const FULL: Sizes = {
  connects: 4000,
  idleConnections: 5000,

  runUpMs: 1500,
  timedMs: 6000,
  commands: 300,
};

/** Figures of it vary more: it shows that all of the instrument runs. */
export const QUICK: Sizes = {
  connects: 1500,
  idleConnections: 1000,

  runUpMs: 500,
  timedMs: 1500,
  commands: 100,
};
