import { resolve } from "node:path";
import type { TokenId } from "../protocol/ids.ts";
import type { Scope, TokenView } from "../protocol/methods.ts";
import { EXIT } from "./exit-codes.ts";
import { principalOf } from "./principal-of.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import type { Screen } from "./show/screen.ts";
import { tableText, timeText } from "./show/table.ts";

export interface CreateTokenOptions {
  scope?: Scope[];
  tool?: string[];
  root?: string[];
  expires?: number;
  principal?: string;
  usdPerDay?: number;
  tokensPerDay?: number;
}

export interface RevokeTokenOptions {
  keepCalls?: true;
}

export interface RotateTokenOptions {
  overlap?: number;
}

const yours =
  "it is yours: whoever has it sees your calls; for somebody else: principals create NAME, then --principal NAME";

export async function createToken(shell: Shell, name: string, options: CreateTokenOptions): Promise<number> {
  const { scope, tool, root, expires, principal, usdPerDay, tokensPerDay } = options;
  await using client = await reach(shell);
  const wanted = {
    name,
    ...(scope && { scopes: scope }),
    ...(tool && { tools: tool }),
    ...(root && { roots: root.map((folder) => resolve(shell.cwd, folder)) }),
    ...(expires && { ttlMs: expires }),
    ...(usdPerDay !== undefined && { usdPerDay }),
    ...(tokensPerDay !== undefined && { tokensPerDay }),
    ...(principal && { principal: await principalOf(shell, client, principal) }),
  };
  const created = await client.request("token.create", wanted, shell.signal);
  const exit = showCreated(shell.screen, created);
  if (principal === undefined && shell.screen.form === "human") shell.screen.note(shell.screen.dim(yours));
  return exit;
}

export async function listTokens(shell: Shell): Promise<number> {
  await using client = await reach(shell);
  const { tokens } = await client.request("token.list", {}, shell.signal);
  const { screen } = shell;
  if (screen.form === "json") for (const token of tokens) screen.json(token);
  else screen.print(tableText(["ID", "NAME", "PRINCIPAL", "MAY", "ROOTS", "A DAY", "STATE"], tokens.map(rowOf)));
  return EXIT.succeeded;
}

export async function revokeToken(shell: Shell, id: string, options: RevokeTokenOptions): Promise<number> {
  await using client = await reach(shell);
  const { keepCalls } = options;
  const view = await client.request(
    "token.revoke",
    { id: id as TokenId, ...(keepCalls && { keepCalls }) },
    shell.signal,
  );
  if (shell.screen.form === "json") shell.screen.json(view);
  else shell.screen.print(`revoked ${view.id} (${view.name})`);
  return EXIT.succeeded;
}

export async function rotateToken(shell: Shell, id: string, { overlap }: RotateTokenOptions): Promise<number> {
  await using client = await reach(shell);
  const overlapMs = overlap === undefined ? {} : { overlapMs: overlap };
  const rotated = await client.request("token.rotate", { id: id as TokenId, ...overlapMs }, shell.signal);
  return showCreated(shell.screen, rotated);
}

/** The secret alone goes to stdout, so that a script can keep it. */
function showCreated(screen: Screen, created: { token: string; view: TokenView }): number {
  if (screen.form === "json") screen.json(created);
  else {
    screen.print(created.token);
    screen.note(`${created.view.name} (${created.view.id}): ${stateOf(created.view)}; shown this once`);
  }
  return EXIT.succeeded;
}

function rowOf(token: TokenView): string[] {
  const { id, name, principal, scopes, tools, roots } = token;
  const may = tools.length === 0 ? scopes.join(",") : `${scopes.join(",")}: ${tools.join(",")}`;
  return [id, name, principal, may, roots.join(","), perDayOf(token), stateOf(token)];
}

function perDayOf({ usdPerDay, tokensPerDay }: TokenView): string {
  const limits = [usdPerDay === null ? [] : `$${usdPerDay}`, tokensPerDay === null ? [] : `${tokensPerDay} tokens`];
  return limits.flat().join(", ");
}

function stateOf({ revokedAt, expiresAt }: TokenView): string {
  if (revokedAt !== null) return `revoked ${timeText(revokedAt)}`;
  if (expiresAt === null) return "does not expire";
  return expiresAt <= Date.now() ? `expired ${timeText(expiresAt)}` : `good until ${timeText(expiresAt)}`;
}
