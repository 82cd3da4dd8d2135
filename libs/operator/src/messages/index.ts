export { ANSWER_DEADLINE_MS, deadlineFor, readAnswer } from './device-answer';
export { readHubLog, type LogQuery, type LogRow } from './hub-log';
export { LogCursor } from './log-cursor';
export { readValue, rowsOfLatest, type ValueEntry } from './property-values';
export { whyNoReports } from './reports-in-log';
export { commandRow, type CommandAction, type CommandRow } from './sent-commands';
export { sendToMany, type Fate, type SentTo } from './to-many';
