export { buildTopic, extRrpcTopic, replyTopic, sysTopic } from './build-topic';
export { parseTopic, scriptOf, stripQuery, type DeviceTopic, type TopicScope } from './device-topic';
export { filterMatches, isValidFilter, isValidTopic } from './topic-filter';
