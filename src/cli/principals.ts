import type { PrincipalView } from "../protocol/access-methods.ts";
import { confirmLoss } from "./confirm.ts";
import { EXIT } from "./exit-codes.ts";
import { principalOf } from "./principal-of.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { tableText, timeText } from "./show/table.ts";

export interface CreatePrincipalOptions {
  role: "user" | "operator";
}

const head = ["ID", "NAME", "ROLE", "SINCE", "STATE"];

export async function createPrincipal(shell: Shell, name: string, { role }: CreatePrincipalOptions): Promise<number> {
  await using client = await reach(shell);
  return show(shell, [await client.request("principal.create", { name, role }, shell.signal)]);
}

export async function listPrincipals(shell: Shell): Promise<number> {
  await using client = await reach(shell);
  const { principals } = await client.request("principal.list", {}, shell.signal);
  return show(shell, principals);
}

export async function suspendPrincipal(shell: Shell, who: string): Promise<number> {
  await using client = await reach(shell);
  const id = await principalOf(shell, client, who);
  return show(shell, [await client.request("principal.suspend", { id }, shell.signal)]);
}

export async function resumePrincipal(shell: Shell, who: string): Promise<number> {
  await using client = await reach(shell);
  const id = await principalOf(shell, client, who);
  return show(shell, [await client.request("principal.resume", { id }, shell.signal)]);
}

export async function removePrincipal(shell: Shell, who: string, options: { yes?: true }): Promise<number> {
  await using client = await reach(shell);
  const id = await principalOf(shell, client, who);
  const question = `Remove ${who} with their tokens, calls and conversations, for good?`;
  if (!(await confirmLoss(shell, options, question))) return EXIT.failed;
  await client.request("principal.remove", { id }, shell.signal);
  shell.screen.print(`removed ${id}`);
  return EXIT.succeeded;
}

function show({ screen }: Shell, principals: readonly PrincipalView[]): number {
  if (screen.form === "json") for (const principal of principals) screen.json(principal);
  else screen.print(tableText(head, principals.map(rowOf), screen.width));
  return EXIT.succeeded;
}

function rowOf({ id, name, role, createdAt, suspendedAt }: PrincipalView): string[] {
  return [id, name, role, timeText(createdAt), suspendedAt === null ? "" : `suspended ${timeText(suspendedAt)}`];
}
