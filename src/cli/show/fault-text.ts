import type { FaultCode, FaultView } from "../../protocol/fault.ts";
import { ownCommand } from "../version.ts";

const advice: Partial<Record<FaultCode, string>> = {
  "auth.required": "set EXAI_TOKEN, or run this as the user whose EXAI_HOME it is",
  "auth.invalid": "check EXAI_TOKEN; the owner's is in EXAI_HOME/owner.token",
  "auth.expired": `ask for a new token: ${ownCommand} tokens create NAME`,
  "auth.revoked": `ask for a new token: ${ownCommand} tokens create NAME`,
  "auth.scope": `see what the token may do: ${ownCommand} tokens list`,
  "call.unknown": `see what there is: ${ownCommand} calls`,
  "process.refused": "name the program in EXAI_EXEC_ALLOW and restart the daemon",
  "workspace.outside": "go into a directory inside the roots, or name one in EXAI_ROOTS and restart the daemon",
  "model.none": "set a key such as GLM_API_KEY, or CUSTOM_API_URL for a server of your own, and restart the daemon",
  "model.unknown": `see what there is: ${ownCommand} models`,
  "model.credentials": "check the provider's key and restart the daemon",
  "client.disconnected": `see why: ${ownCommand} doctor`,
  "client.version": `bring the daemon up to date: ${ownCommand} restart`,
  "store.full": "make room on the disk, or raise EXAI_DATA_MAX_BYTES",
};

/** A fault in one sentence, with its code and what to do about it. */
export function faultText({ code, message, retry }: Pick<FaultView, "code" | "message" | "retry">): string {
  const next = advice[code] ?? (retry.safe ? againText(retry.afterMs) : undefined);
  return next === undefined ? `${message} (${code})` : `${message} (${code}); ${next}`;
}

function againText(afterMs: number | undefined): string {
  if (afterMs === undefined || afterMs < 1000) return "it may be tried again";
  return `it may be tried again in ${Math.ceil(afterMs / 1000)} s`;
}
