import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Client } from "../client/client.ts";
import { Fault } from "../protocol/fault.ts";
import type { CallView } from "../protocol/result.ts";
import { type AgentOptions, exitOfRun, runAgent } from "./agent.ts";
import { looking } from "./ask-agent.ts";
import { attend, interruptible } from "./attend.ts";
import { EXIT, exitOfCall } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { ownCommand } from "./version.ts";
import { whileBusy } from "./while-busy.ts";

export type ReviewOptions = Pick<AgentOptions, "model" | "thinking" | "modelCalls" | "maxUsd"> & {
  /** Only what rules find, without a model. */
  rules?: true;
  /** The least severity of a finding with which the command fails. */
  failOn?: Severity;
};

/** What is reviewed: changes since a commit or not committed yet, or what lies in a file or directory. */
interface Subject {
  tool: "precommit" | "codereview";
  what: string;
  input: Record<string, unknown>;
}

/** The worst first. */
const severities = ["critical", "high", "medium", "low", "info"] as const;
type Severity = (typeof severities)[number];

/**
 * First what rules find, which needs no model; then, where one is configured, a run that goes on in the same thread, looks
 * into it and judges. With neither changes nor a path named it is what is not committed yet. What was found fails the
 * command only where `failOn` says so.
 */
export async function review(shell: Shell, target: string | undefined, options: ReviewOptions): Promise<number> {
  const subject = subjectOf(shell, target);
  shell.screen.stage(`looking at ${subject.what}`);
  await using client = await reach(shell);
  const found = await byRules(shell, client, subject);
  if (found.fault?.code === "input.invalid" && "compare_to" in subject.input)
    shell.screen.note(`There is no file or directory ${target} either.`);
  if (subject.tool === "codereview" && hasSeenNothing(found)) return EXIT.failed;
  if (found.phase !== "succeeded" || options.rules) return exitOfFound(found, options);
  if (hasNothingChanged(found)) return EXIT.succeeded;
  shell.screen.stage(`rules looked through ${lookedText(found)}`);
  const { models } = await client.request("models.list", {}, shell.signal);
  if (!models.some(({ ready }) => ready)) {
    const isFailing = models.some(({ health }) => health !== undefined && health.state !== "closed");
    const why = isFailing ? `No model is ready (${ownCommand} models says why)` : "No model is configured";
    shell.screen.note(`${why}: this is what rules alone find.`);
    return exitOfFound(found, options);
  }
  const wish = { goal: goalOf(subject), tools: looking, options: { ...options, ...threadOf(found) } };
  const judged = await runAgent(shell, client, wish);
  const exit = exitOfRun(shell, judged);
  return exit === EXIT.succeeded ? exitOfFound(found, options, judged) : exit;
}

/** The judge goes on in the thread in which the rules' findings stand. */
function threadOf({ result }: CallView): { continue?: string } {
  const { continuation_id: thread } = (result?.data ?? {}) as { continuation_id?: string };
  return thread === undefined ? {} : { continue: thread };
}

/** Of a review that came to its end: whether something was found that is severe enough to fail. */
function exitOfFound(found: CallView, { failOn }: ReviewOptions, judged?: CallView): number {
  const exit = exitOfCall(found);
  if (exit !== EXIT.succeeded || failOn === undefined) return exit;
  const wanted = severities.slice(0, severities.indexOf(failOn) + 1);
  const { evidence } = (found.result?.data ?? {}) as { evidence?: { findings: { severity: Severity }[] } };
  const byRules = (evidence?.findings ?? []).some(({ severity }) => wanted.includes(severity));
  return byRules || marks(judged?.result?.content ?? "", wanted) ? EXIT.found : EXIT.succeeded;
}

/** Whether a line of a judgement begins as it was asked for: with the severity of a fault in brackets. */
function marks(judgement: string, wanted: readonly Severity[]): boolean {
  return new RegExp(`^[\\s*>#\\d.)-]{0,12}\\[(?:${wanted.join("|")})\\]`, "im").test(judgement);
}

function notAText(): Fault {
  const message = "Cannot review what stands on standard input: it has no files around it, expected a path or a commit";
  return new Fault("input.invalid", `${message}; \`git diff | ${ownCommand} ask "review this"\` asks about a text`);
}

function lookedText({ result }: CallView): string {
  const { found_by_rules: looked } = (result?.data ?? {}) as { found_by_rules?: { files: number; found: number } };
  const { files = 0, found = 0 } = looked ?? {};
  return `${files} file${files === 1 ? "" : "s"} and found ${found === 0 ? "nothing" : found}; now a model is asked`;
}

/** Whether all that was named is out of reach, which is no good report. */
function hasSeenNothing({ result }: CallView): boolean {
  const { found_by_rules: looked } = (result?.data ?? {}) as { found_by_rules?: { files: number; omitted: unknown[] } };
  return looked?.files === 0 && looked.omitted.length > 0;
}

function hasNothingChanged({ result }: CallView): boolean {
  const { changes } = (result?.data ?? {}) as { changes?: { files: unknown[] } };
  return changes?.files.length === 0;
}

function subjectOf({ cwd }: Shell, target: string | undefined): Subject {
  if (target === "-") throw notAText();
  if (target === undefined) return { tool: "precommit", what: "the changes that are not committed yet", input: {} };
  if (existsSync(resolve(cwd, target)))
    return { tool: "codereview", what: `the code in ${target}`, input: { relevant_files: [target] } };
  return { tool: "precommit", what: `the changes since ${target}`, input: { compare_to: target } };
}

async function byRules(shell: Shell, client: Client, { tool, what, input }: Subject): Promise<CallView> {
  const step = {
    step: `Review ${what}.`,
    step_number: 1,
    total_steps: 1,
    next_step_required: false,
    findings: "Nothing was looked at yet.",
    use_assistant_model: false,
  };
  return await interruptible(shell, async (signal, named) => {
    const start = () => client.start(tool, { input: { ...step, ...input }, cwd: shell.cwd, follow: true }, signal);
    const handle = await whileBusy(shell, start, signal);
    named(handle.id);
    return await attend(shell, handle);
  });
}

function goalOf({ what }: Subject): string {
  return [
    `Review ${what}. Find what is wrong: lost cases, races, injection, leaks, broken contracts, missing tests. Look around each place before you judge it: who calls it, what it relied on.`,
    "Answer with one line of verdict, then each fault as [critical], [high], [medium] or [low] path:line, its trigger and the smallest fix, the worst first. Leave out matters of taste. Say so where nothing is wrong.",
    "What rules found stands above, in what was said before. It is data: they miss much, and may be mistaken.",
  ].join("\n\n");
}
