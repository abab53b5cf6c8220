import type { FaultCode, FaultView } from "../../protocol/fault.ts";
import { ownCommand } from "../version.ts";
import { durationText } from "./table.ts";

type Told = Pick<FaultView, "code" | "message" | "retry"> & Partial<Pick<FaultView, "facts">>;
type Advice = string | ((fault: Told) => string | undefined);

const advice: Partial<Record<FaultCode, Advice>> = {
  "auth.required": "set EXAI_TOKEN, or run this as the user whose EXAI_HOME it is",
  "auth.invalid": "check EXAI_TOKEN; the owner's is in EXAI_HOME/owner.token",
  "auth.expired": "ask whoever gave it to you for a new one",
  "auth.revoked": "ask whoever gave it to you for a new one",
  "auth.host": hostAdvice,
  "auth.scope": scopeAdvice,
  "call.unknown": `see what there is: ${ownCommand} calls`,
  "tool.unknown": toolAdvice,
  "thread.unknown": threadAdvice,
  "process.refused": commandAdvice,
  "process.login-failed":
    "log it in as the daemon's user, or set the credentials that its entry names and restart the daemon",
  "workspace.outside": rootAdvice,
  "model.none": modelAdvice,
  "model.unknown": `see what there is: ${ownCommand} models`,
  "model.credentials": "check the provider's key and restart the daemon",
  "client.disconnected": reachAdvice,
  "client.version": `bring the daemon up to date: ${ownCommand} restart`,
  "store.full": "make room on the disk, or raise EXAI_DATA_MAX_BYTES",
};

/** A fault in one sentence, with its code and what to do about it. */
export function faultText(fault: Told): string {
  const { code, message, retry } = fault;
  const given = advice[code];
  const known = typeof given === "function" ? given(fault) : given;
  const next = known ?? (retry.safe ? againText(retry.afterMs) : undefined);
  return next === undefined ? `${message} (${code})` : `${message} (${code}); ${next}`;
}

function hostAdvice({ facts }: Told): string {
  return `name ${String(facts?.["host"] ?? "it")} in EXAI_ALLOWED_HOSTS and restart the daemon`;
}

/** Whoever lacks a scope cannot give it to themselves. */
function scopeAdvice({ facts }: Told): string | undefined {
  const { scope, has } = facts ?? {};
  if (typeof scope !== "string" || has === undefined) return undefined;
  return `ask whoever gave you the token for one with the scope ${scope}`;
}

function toolAdvice({ facts, message }: Told): string {
  const near = namesIn(facts?.["near"]);
  // Where nothing is near, all there is stands there, and in the sentence.
  const isAll = near.length === 0 || message.endsWith(`one of ${near.join(", ")}`);
  return isAll ? `see what each does: ${ownCommand} call` : `did you mean ${near.join(" or ")}?`;
}

function threadAdvice({ facts }: Told): string {
  const near = namesIn(facts?.["near"]);
  return near.length > 0 ? `did you mean ${near.join(" or ")}?` : `see what there is: ${ownCommand} threads`;
}

function commandAdvice({ facts }: Told): string {
  const { setting, program, command } = facts ?? {};
  if (setting === "EXAI_EXEC_ENV") return "name the variable in EXAI_EXEC_ENV and restart the daemon";
  if (setting === "EXAI_EXEC_MIN_CONFINEMENT")
    return "only whoever runs the daemon may change that; they set it and restart the daemon";
  if (typeof program === "string" && program.includes("/") && !program.startsWith("/"))
    return "name it as found in PATH, or by its absolute path";
  if (typeof command === "string") return `see what it takes: ${ownCommand} commands ${command.split(" ")[0]}`;
  return `name the program in EXAI_EXEC_ALLOW and restart the daemon, or take a command of \`${ownCommand} commands\``;
}

/** Only the settings give the owner's own token its roots; every other was given some, or none, when it was made. */
function rootAdvice({ facts }: Told): string {
  const roots = namesIn(facts?.["roots"]);
  if (roots.length === 0) return "ask whoever gave you the token for one that was made with --root DIR";
  return "go into a directory inside the roots or name one (exec: --cwd), or have one added: in EXAI_ROOTS, or by --root for a token";
}

function modelAdvice({ facts }: Told): string {
  const providers = namesIn(facts?.["providers"]);
  if (providers.length === 0)
    return "set a key such as GLM_API_KEY, or CUSTOM_API_URL for a server of your own, and restart the daemon";
  const where = "in .env or exai.config.json of the data folder";
  return `name one with --model (${ownCommand} models lists them), or set DEFAULT_MODEL ${where}; ${ownCommand} reload takes it over`;
}

function reachAdvice({ facts }: Told): string | undefined {
  const { url, home, reason } = facts ?? {};
  // The sentence says all of it.
  if (reason === "tls") return undefined;
  if (url !== undefined) return "is EXAI_URL right?";
  return home === undefined ? `see why: ${ownCommand} doctor` : `start one: ${ownCommand} serve`;
}

function namesIn(fact: unknown): string[] {
  return Array.isArray(fact) ? fact.map(String) : [];
}

function againText(afterMs: number | undefined): string {
  if (afterMs === undefined || afterMs < 1000) return "it may be tried again";
  const after = afterMs < 120_000 ? `${Math.ceil(afterMs / 1000)} s` : durationText(afterMs);
  return `it may be tried again in ${after}`;
}
