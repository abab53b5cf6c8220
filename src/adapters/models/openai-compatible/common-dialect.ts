import type { ThinkingMode } from "../../../core/models/model.ts";
import type { Dialect } from "../sdk/dialect.ts";

/** The efforts that servers of the protocol have in common. */
const efforts: Readonly<Record<ThinkingMode, string>> = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  max: "high",
};

/** What is safe to say to a server of which nothing is known. */
export const commonDialect: Dialect = {
  body: (body, { thinking }) => (thinking === undefined ? body : { ...body, reasoning_effort: efforts[thinking.mode] }),
  ignored: ({ webSearch }) => (webSearch === true ? ["webSearch"] : []),
};
