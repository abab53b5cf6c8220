import type { HttpVerb } from "../../protocol/method-contract.ts";
import type { Route } from "./routes.ts";

export interface Match {
  /** The route of this verb, or `undefined` where the path has only others. */
  route: Route | undefined;
  /** What the path's places held, decoded. */
  path: Readonly<Record<string, string>>;
  verbs: readonly HttpVerb[];
}

interface Pattern {
  segments: readonly string[];
  routes: Route[];
}

const nothing: Match["path"] = {};

/** Finds routes by path and verb; literal segments win over places. */
export class Router {
  /** Those with places in them. */
  readonly #patterns: Pattern[] = [];
  /** Those without, by path. */
  readonly #literal = new Map<string, Pattern>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const segments = route.path.split("/");
      const known = this.#literal.get(route.path);
      if (known === undefined) this.#literal.set(route.path, { segments, routes: [route] });
      else known.routes.push(route);
    }
    for (const [path, pattern] of this.#literal) {
      if (places(pattern) === 0) continue;
      this.#literal.delete(path);
      this.#patterns.push(pattern);
    }
    this.#patterns.sort((a, b) => places(a) - places(b));
  }

  /** `undefined` where nothing lives under the path. */
  match(verb: string, path: string): Match | undefined {
    const literal = this.#literal.get(path);
    if (literal !== undefined) return matchOf(literal, verb, nothing);
    const segments = path.split("/");
    for (const pattern of this.#patterns) {
      const values = valuesIn(pattern.segments, segments);
      if (values !== undefined) return matchOf(pattern, verb, values);
    }
    return undefined;
  }
}

function matchOf({ routes }: Pattern, verb: string, path: Match["path"]): Match {
  const route = routes.find((candidate) => candidate.verb === verb);
  return { route, path, verbs: routes.map((candidate) => candidate.verb).toSorted() };
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
