import type { Route, Verb } from "./routes.ts";

export interface Match {
  /** The route of this verb, or `undefined` where the path has only others. */
  route: Route | undefined;
  /** What the path's places held, decoded. */
  path: Readonly<Record<string, string>>;
  verbs: readonly Verb[];
}

interface Pattern {
  segments: readonly string[];
  routes: Route[];
}

/** Finds routes by path and verb; literal segments win over places. */
export class Router {
  readonly #patterns: Pattern[] = [];

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const segments = route.path.split("/");
      const known = this.#patterns.find((pattern) => pattern.segments.join("/") === route.path);
      if (known === undefined) this.#patterns.push({ segments, routes: [route] });
      else known.routes.push(route);
    }
    this.#patterns.sort((a, b) => places(a) - places(b));
  }

  /** `undefined` where nothing lives under the path. */
  match(verb: string, path: string): Match | undefined {
    const segments = path.split("/");
    for (const pattern of this.#patterns) {
      const values = valuesIn(pattern.segments, segments);
      if (values === undefined) continue;
      const route = pattern.routes.find((candidate) => candidate.verb === verb);
      return { route, path: values, verbs: pattern.routes.map((candidate) => candidate.verb) };
    }
    return undefined;
  }
}

function places(pattern: Pattern): number {
  return pattern.segments.filter((segment) => segment.startsWith(":")).length;
}

function valuesIn(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (wanted.startsWith(":")) {
      const value = decoded(segment);
      if (value === undefined || value === "") return undefined;
      values[wanted.slice(1)] = value;
    } else if (wanted !== segment) return undefined;
  }
  return values;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A broken escape names nothing.
    return undefined;
  }
}
