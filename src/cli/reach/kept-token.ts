import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../protocol/fault.ts";
import type { TokenId } from "../../protocol/ids.ts";
import type { Shell } from "../shell.ts";
import { ownCommand } from "../version.ts";
import { homeOf } from "./home.ts";
import { ownerToken } from "./running.ts";

/** Whether it is the token that this machine keeps for the owner: what commands here show where none is named. */
export async function isKeptHere({ env }: Pick<Shell, "env">, id: TokenId): Promise<boolean> {
  return (await ownerToken(homeOf(env)))?.startsWith(`exai_${id}_`) === true;
}

/** Puts a new one in its place, whole or not at all, for this user alone; refuses where the file cannot be written. */
export async function keepHere({ env, screen }: Pick<Shell, "env" | "screen">, token: string): Promise<void> {
  const file = join(homeOf(env), "owner.token");
  const next = `${file}.${randomUUID()}`;
  try {
    await writeFile(next, `${token}\n`, { mode: 0o600, flag: "wx", flush: true });
    await rename(next, file);
  } catch (error) {
    throw notKept(file, error);
  } finally {
    await rm(next, { force: true });
  }
  screen.note(screen.dim(`${file} holds the new one`));
}

function notKept(file: string, error: unknown): Fault {
  const fact = error instanceof Error ? error.message : String(error);
  const instead = `expected the token that was shown, which is the owner's from now on, to be written there by hand`;
  return new Fault("store.unavailable", `Cannot keep the owner's token in ${file}: ${fact}, ${instead}`, {
    facts: { file },
    retrySafe: false,
  });
}

/** Nobody here would get in any more. */
export function wouldLockOut(id: TokenId): Fault {
  const fact = "it is the owner's, which every command here shows";
  const instead = `expected another one, or \`${ownCommand} tokens rotate ${id}\`, which puts a new one in its place`;
  return new Fault("input.invalid", `Cannot revoke ${id}: ${fact}, ${instead}`, { facts: { token: id } });
}
