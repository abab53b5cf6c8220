import { z } from "zod";
import type { Reading } from "../../../core/upstreams/upstream.ts";

type Params = Record<string, unknown>;

const anything = z.looseObject({});

/** What is sent for something that is read, and that its answer is some object. */
export function readingRequest(reading: Reading): { method: string; params: Params; answer: typeof anything } {
  return { ...requestOf(reading), answer: anything };
}

/** How it is named to whoever reads. */
export function nameOf(reading: Reading): string {
  if (reading.kind === "prompt") return reading.name;
  if (reading.kind === "resource") return reading.uri;
  return "prompt" in reading.of ? reading.of.prompt : reading.of.template;
}

function requestOf(reading: Reading): { method: string; params: Params } {
  if (reading.kind === "prompt")
    return { method: "prompts/get", params: { name: reading.name, arguments: { ...reading.arguments } } };
  if (reading.kind === "resource") return { method: "resources/read", params: { uri: reading.uri } };
  const { of, argument, given } = reading;
  const ref = "prompt" in of ? { type: "ref/prompt", name: of.prompt } : { type: "ref/resource", uri: of.template };
  const context = Object.keys(given).length === 0 ? {} : { context: { arguments: { ...given } } };
  return { method: "completion/complete", params: { ref, argument: { ...argument }, ...context } };
}
