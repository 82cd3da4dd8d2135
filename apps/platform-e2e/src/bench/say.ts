/** Tells how far a run is, with the seconds since it began: on standard error, so that the tables stand alone. */
export const say = (text: string): void => {
  process.stderr.write(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
};
