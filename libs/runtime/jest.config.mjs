import { projectConfig } from '../../tools/jest-preset.mjs';

// Processes are started here, which takes its time on a busy machine.
export default projectConfig('runtime', { testTimeout: 60_000 });
