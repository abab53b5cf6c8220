import { ownCommand, ownVersion } from "./version.ts";

/** The daemon in the foreground, until it is told to stop. */
export async function serve(): Promise<number> {
  const { main } = await import("../daemon/main.ts");
  const { env, stdout, stderr } = process;
  return await main({ env, version: ownVersion(), command: ownCommand, stdout, stderr });
}
