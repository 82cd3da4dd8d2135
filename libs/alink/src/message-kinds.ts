/** Every message kind. A new one is a file in `kinds/` and a line here. */
import { eventPost } from './kinds/event-post';
import { propertyGet } from './kinds/property-get';
import { propertyPost } from './kinds/property-post';
import { propertySet } from './kinds/property-set';
import { service } from './kinds/service';
import type { MessageKind } from './message-kind';

export const messageKinds: readonly MessageKind[] = [propertyPost, eventPost, propertySet, propertyGet, service];
