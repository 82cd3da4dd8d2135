/** Paths of the catalogue, to be found by family and path. */
import type { TopicScope } from '@alink/topic';
import { catalogue } from './catalogue';
import type { Route } from './route';
import { RouteTable } from './route-table';

/** @param pathsOf what a route has to be found by, and what is found */
export const familyTables = <Found extends { readonly path: string }>(
  pathsOf: (route: Route) => readonly Found[],
): Readonly<Record<TopicScope, RouteTable<Found>>> => {
  const tableOf = (scope: TopicScope): RouteTable<Found> =>
    new RouteTable(catalogue.filter(({ topic }) => topic.family === scope).flatMap(pathsOf));
  return {
    sys: tableOf('sys'),
    custom: tableOf('custom'),
    ext: tableOf('ext'),
    ota: tableOf('ota'),
    shadow: tableOf('shadow'),
    broadcast: tableOf('broadcast'),
  };
};
