/** Finds the route of a path: exact ones by a map, those with a `{word}` by what stands before and after it. */

export interface FoundRoute<Route> {
  readonly route: Route;
  /** What stands in place of `{word}`; empty for an exact route. */
  readonly name: string;
  /** The path with dots, as `method` of a message has it. */
  readonly method: string;
  /** The method as JSON. */
  readonly methodToken: string;
}

/** An exact route: everything is known beforehand. */
const exactRoute = <Route>(route: Route, path: string): FoundRoute<Route> => {
  const method = path.replaceAll('/', '.');
  return { route, name: '', method, methodToken: JSON.stringify(method) };
};

/** A route found by a pattern: most of those who ask want no method, so it is made when it is wanted. */
class MatchedRoute<Route> implements FoundRoute<Route> {
  constructor(
    readonly route: Route,
    readonly name: string,
    private readonly path: string,
  ) {}

  get method(): string {
    return this.path.replaceAll('/', '.');
  }

  get methodToken(): string {
    return JSON.stringify(this.method);
  }
}

/** How many levels `{word}` stands for: one, with `+` one or more, with `*` whatever follows. */
type Extent = '' | '+' | '*';

interface Pattern<Route> {
  readonly before: string;
  readonly after: string;
  readonly extent: Extent;
  readonly route: Route;
}

const WORD = /^(.*?)\{\w+([+*]?)\}(.*)$/;

const fills = (name: string, extent: Extent): boolean =>
  extent === '*' || (name !== '' && (extent === '+' || !name.includes('/')));

export class RouteTable<Route extends { readonly path: string }> {
  private readonly exact = new Map<string, FoundRoute<Route>>();
  private readonly patterns: Pattern<Route>[] = [];

  /** Throws Error when two routes have the same path. Exact routes win; of patterns the first that fits does. */
  constructor(routes: readonly Route[]) {
    const seen = new Set<string>();
    for (const route of routes) {
      const nameless = route.path.replace(/\{\w+/, '{');
      if (seen.has(nameless)) throw new Error(`two routes for ${route.path}`);
      seen.add(nameless);
      const [, before, extent, after] = WORD.exec(route.path) ?? [];
      if (before === undefined) this.exact.set(route.path, exactRoute(route, route.path));
      else this.patterns.push({ before, extent: extent as Extent, after: after!, route });
    }
  }

  find(path: string): FoundRoute<Route> | undefined {
    return this.exact.get(path) ?? this.match(path);
  }

  private match(path: string): FoundRoute<Route> | undefined {
    for (const { before, after, extent, route } of this.patterns) {
      const end = path.length - after.length;
      if (end < before.length || !path.startsWith(before) || !path.endsWith(after)) continue;
      const name = path.slice(before.length, end);
      if (fills(name, extent)) return new MatchedRoute(route, name, path);
    }
    return undefined;
  }
}
