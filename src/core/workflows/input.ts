import { z } from "zod";
import { isRecord } from "../../base/is-record.ts";
import { renamed } from "../tools/renamed.ts";
import { optionalFields, stepFields } from "./fields.ts";
import type { Workflow } from "./workflow.ts";

/** Names under which callers of other systems know what every workflow takes. */
const usualAliases = {
  absolute_file_paths: "relevant_files",
  files: "relevant_files",
  working_directory_absolute_path: null,
} as const;

/** What a workflow's tool takes. `text` or `prompt` in place of a step is step 1 of 1. */
export function inputOfWorkflow({ takes, fields, aliases, translate }: Workflow) {
  const taken = Object.fromEntries(takes.map((name) => [name, optionalFields[name]]));
  const schema = z.strictObject({ ...stepFields, ...taken, ...fields });
  const usual = Object.entries(usualAliases).filter(([, name]) => name === null || takes.includes(name));
  const meant = (input: unknown) => (isRecord(input) ? asStep(translate?.(input) ?? input, takes) : input);
  return renamed(z.preprocess(meant, schema), { ...Object.fromEntries(usual), ...aliases });
}

function asStep(input: Readonly<Record<string, unknown>>, takes: Workflow["takes"]): Record<string, unknown> {
  const { text, prompt, ...rest } = input;
  const step = text ?? prompt;
  if (step === undefined || input["step"] !== undefined) return { ...input };
  const found = takes.includes("findings") ? { findings: "" } : {};
  return { step_number: 1, total_steps: 1, next_step_required: false, ...found, ...rest, step };
}
