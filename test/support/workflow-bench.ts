import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkFiles } from "../../src/core/evidence/checking.ts";
import { verifyCitations } from "../../src/core/evidence/citations.ts";
import type { Evidence } from "../../src/core/evidence/evidence.ts";
import type { Caller } from "../../src/core/tenants/caller.ts";
import type { Tool } from "../../src/core/tools/tool.ts";
import { workflowTool } from "../../src/core/workflows/workflow-tool.ts";
import { Fault } from "../../src/protocol/fault.ts";
import type { CallView } from "../../src/protocol/result.ts";
import { investigations } from "../../src/tools/workflows/investigations.ts";
import { TalkBench, type TalkGround, type TalkOptions } from "./talk-bench.ts";

/** What the answer to a step says. */
export interface StepData {
  status: string;
  step_number: number;
  total_steps: number;
  next_step_required: boolean;
  continuation_id: string;
  required_actions?: string[];
  next_call?: { tool: string; arguments: Record<string, unknown> };
  file_context?: { type: string; shown?: { path: string; from?: number; to?: number }[]; not_shown?: unknown[] };
  evidence?: { files: unknown[]; citations: unknown[]; findings: { rule: string; path: string }[]; changed: string[] };
  notes?: string[];
  expert_analysis?: { status: string; rule?: string; why: string; analysis?: string; model?: string };
  [more: string]: unknown;
}

export interface WorkflowOptions extends TalkOptions {
  /** How long an expert may take. */
  expertMs?: number;
  /** Whether one is asked where the step does not say; yes unless told. */
  asksExpert?: boolean;
}

/** The workflows that investigate, as calls over the real store, up to a vendor whose answers the test writes. */
export async function openWorkflows(options: WorkflowOptions = {}): Promise<TalkBench> {
  const { expertMs = 30_000, asksExpert = true, timeoutMs = 60_000 } = options;
  return await TalkBench.open({
    ...options,
    more: (ground) => {
      const parts = { ...ground, evidence: evidenceOver(ground), expertMs, asksExpert, timeoutMs };
      return [
        ...investigations(parts).map((workflow) => workflowTool(parts, workflow)),
        ...(options.more?.(ground) ?? []),
      ];
    },
  });
}

/** Files and places as they are; no rules and no repository. */
export function evidenceOver({ workspace }: TalkGround): Evidence {
  const refuse = async () => {
    throw new Fault("tool.unavailable", "Cannot look there: nobody does here");
  };
  return {
    check: async (who, paths, signal) => await checkFiles({ workspace }, { who, paths }, signal),
    cite: async (who, text, signal) => await verifyCitations({ workspace }, { who, text }, signal),
    changes: refuse,
    findings: async () => ({ found: [], files: 0, omitted: [] }),
    outline: refuse,
    callers: refuse,
  };
}

/** A step as a caller sends it: numbers and what goes on are its own, the rest is what a test says. */
export function step(number: number, total: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    step: `look at part ${number}`,
    step_number: number,
    total_steps: total,
    next_step_required: number < total,
    findings: number === 1 ? "" : `found in part ${number}`,
    ...more,
  };
}

export function dataOf({ result, fault }: CallView): StepData {
  if (result?.data === undefined) throw new Error(`Expected data, got ${JSON.stringify(fault)}`);
  return result.data as StepData;
}

/** The answer to one step of a tool. */
export async function take(
  bench: TalkBench,
  caller: Caller,
  { tool, ...input }: { tool: string } & Record<string, unknown>,
): Promise<StepData & { content: string; call: CallView["call"] }> {
  const view = await bench.call(caller, { tool, input });
  (bench.core.work(tool) as Tool).output?.parse(view.result?.data);
  return { ...dataOf(view), content: view.result?.content ?? "", call: view.call };
}

export async function put(bench: TalkBench, path: string, text: string): Promise<string> {
  const whole = join(bench.folder, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, text);
  return whole;
}

/** All that the vendor was told in a request, message by message. */
export function told(bench: TalkBench, request = bench.vendor.seen.length - 1): string[] {
  const { messages = [] } = (bench.vendor.seen[request]?.body ?? {}) as {
    messages?: { role: string; content: unknown }[];
  };
  return messages.map(({ role, content }) => `${role}: ${typeof content === "string" ? content : textsIn(content)}`);
}

function textsIn(content: unknown): string {
  return (content as { text?: string }[]).map(({ text = "" }) => text).join("");
}
