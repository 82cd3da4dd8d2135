export { maySubscribe, mayPublish, mayReceive, type Verdict } from './access';
export { extRrpcTopic, replyTopic, sysTopic } from './build-topic';
export { parseTopic, stripQuery, type DeviceTopic, type TopicScope } from './device-topic';
export { directionOf, type Direction } from './direction';
export { filterMatches, isValidFilter, isValidTopic } from './topic-filter';
export { topicsOf, type ListedTopic } from './topics-of';
