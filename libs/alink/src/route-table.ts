/** Finds the route of a path: exact ones by a map, those with a `+` by what stands before and after it. */

interface Pattern<Route> {
  readonly before: string;
  readonly after: string;
  readonly route: Route;
}

export interface FoundRoute<Route> {
  readonly route: Route;
  /** What stands in place of `+`, never empty and within one level; empty for an exact route. */
  readonly name: string;
  /** The path with dots, as `method` of a message has it. */
  readonly method: string;
  /** The method as JSON. */
  readonly methodToken: string;
}

/** Ties a route to what only its path decides. */
export const foundRoute = <Route>(route: Route, path: string, name: string): FoundRoute<Route> => {
  const method = path.replaceAll('/', '.');
  return { route, name, method, methodToken: JSON.stringify(method) };
};

export class RouteTable<Route extends { readonly path: string }> {
  private readonly exact = new Map<string, FoundRoute<Route>>();
  private readonly patterns: Pattern<Route>[] = [];

  /** Throws Error when two routes have the same path. Exact routes win; of patterns the first that fits does. */
  constructor(routes: readonly Route[]) {
    const seen = new Set<string>();
    for (const route of routes) {
      if (seen.has(route.path)) throw new Error(`two routes for ${route.path}`);
      seen.add(route.path);
      const [before, after] = route.path.split('+');
      if (after === undefined) this.exact.set(route.path, foundRoute(route, route.path, ''));
      else this.patterns.push({ before: before!, after, route });
    }
  }

  find(path: string): FoundRoute<Route> | undefined {
    return this.exact.get(path) ?? this.match(path);
  }

  private match(path: string): FoundRoute<Route> | undefined {
    for (const { before, after, route } of this.patterns) {
      const length = path.length - before.length - after.length;
      if (length <= 0 || !path.startsWith(before) || !path.endsWith(after)) continue;
      const name = path.slice(before.length, before.length + length);
      if (!name.includes('/')) return foundRoute(route, path, name);
    }
    return undefined;
  }
}
