import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Scope, TokenListed, TokenView } from "../protocol/access-methods.ts";
import { Fault } from "../protocol/fault.ts";
import { EXIT } from "./exit-codes.ts";
import { principalNames, principalOf } from "./principal-of.ts";
import { isKeptHere, keepHere, wouldLockOut } from "./reach/kept-token.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import type { Screen } from "./show/screen.ts";
import { tableText, timeText } from "./show/table.ts";
import { hasEnded, tokenOf } from "./which-token.ts";

export interface CreateTokenOptions {
  scope?: Scope[];
  tool?: string[];
  root?: string[];
  expires?: number;
  principal?: string;
  usdPerDay?: number;
  tokensPerDay?: number;
}

export interface ListTokensOptions {
  all?: true;
}

export interface RevokeTokenOptions {
  keepCalls?: true;
}

export interface RotateTokenOptions {
  overlap?: number;
}

const yours =
  "it is yours: whoever has it sees your calls; for somebody else: principals create NAME, then --principal NAME";

/** Who may run commands runs them somewhere: such a token without a directory could do nothing. */
export async function createToken(shell: Shell, name: string, options: CreateTokenOptions): Promise<number> {
  const { scope, tool, root, expires, principal, usdPerDay, tokensPerDay } = options;
  if (scope?.includes("exec") && root === undefined) throw runsNowhere(name);
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
  for (const folder of root ?? []) tellMissing(shell, folder);
  if (principal === undefined && shell.screen.form === "human") shell.screen.note(shell.screen.dim(yours));
  return exit;
}

/** Those that let somebody in, the newest first; with `all` those that ended as well. */
export async function listTokens(shell: Shell, { all }: ListTokensOptions): Promise<number> {
  const { screen, signal } = shell;
  await using client = await reach(shell);
  const { tokens } = await client.request("token.list", {}, signal);
  const shown = all ? tokens : tokens.filter((token) => !hasEnded(token));
  const newestFirst = shown.toSorted((a, b) => b.createdAt - a.createdAt);
  if (screen.form === "json") for (const token of newestFirst) screen.json(token);
  else screen.print(tableText(head, rowsOf(newestFirst, await principalNames(shell, client)), screen.width));
  const hidden = tokens.length - shown.length;
  if (hidden > 0) screen.stage(`${hidden} more ended: tokens list --all`);
  return EXIT.succeeded;
}

export async function revokeToken(shell: Shell, who: string, { keepCalls }: RevokeTokenOptions): Promise<number> {
  await using client = await reach(shell);
  const { id } = await tokenOf(client, who, shell.signal);
  if (await isKeptHere(shell, id)) throw wouldLockOut(id);
  const view = await client.request("token.revoke", { id, ...(keepCalls && { keepCalls }) }, shell.signal);
  if (shell.screen.form === "json") shell.screen.json(view);
  else shell.screen.print(`revoked ${view.id} (${view.name})`);
  return EXIT.succeeded;
}

/** The token that this machine keeps for the owner is replaced in its file, too; it is shown even where it cannot be. */
export async function rotateToken(shell: Shell, who: string, { overlap }: RotateTokenOptions): Promise<number> {
  await using client = await reach(shell);
  const { id } = await tokenOf(client, who, shell.signal);
  const isKept = await isKeptHere(shell, id);
  const overlapMs = overlap === undefined ? {} : { overlapMs: overlap };
  const rotated = await client.request("token.rotate", { id, ...overlapMs }, shell.signal);
  try {
    if (isKept) await keepHere(shell, rotated.token);
  } finally {
    // Nobody else has it.
    showCreated(shell.screen, rotated);
  }
  return EXIT.succeeded;
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

const head = ["NAME", "ID", "WHOSE", "MAY", "ROOTS", "A DAY", "LAST USED", "STATE"];

function rowsOf(tokens: readonly TokenListed[], names: ReadonlyMap<string, string>): string[][] {
  return tokens.map((token) => {
    const { id, name, principal, scopes, tools, roots } = token;
    const may = tools.length === 0 ? scopes.join(",") : `${scopes.join(",")}: ${tools.join(",")}`;
    const where = roots.map((root) => (root === "*" ? "all" : root)).join(",");
    const used = token.lastUsedAt === null ? "not since the start" : timeText(token.lastUsedAt);
    // Who may not list the principals sees tokens of their own alone.
    const whose = names.get(principal) ?? (names.size === 0 ? "you" : principal);
    return [name, id, whose, may, where || "none", perDayOf(token), used, stateOf(token)];
  });
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

/** A daemon elsewhere may have it, and this one may get it later. */
function tellMissing({ cwd, screen }: Shell, folder: string): void {
  const path = resolve(cwd, folder);
  if (!existsSync(path)) screen.note(screen.warning(`there is no ${path} on this machine yet`));
}

function runsNowhere(name: string): Fault {
  const fact = "with the scope exec and no directory it could run nothing";
  return new Fault("input.invalid", `Cannot create the token ${name}: ${fact}, expected --root DIR beside it`);
}
