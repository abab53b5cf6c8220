import { Fault } from "../protocol/fault.ts";
import { EXIT } from "./exit-codes.ts";
import { homeOf } from "./reach/home.ts";
import { ownerToken } from "./reach/running.ts";
import type { Shell } from "./shell.ts";
import { ownCommand } from "./version.ts";

/** Prints the owner's token as its file holds it; no daemon is needed. */
export async function token({ env, screen }: Shell): Promise<number> {
  const home = homeOf(env);
  const secret = await ownerToken(home);
  if (secret === undefined) {
    const expected = `expected one that a first \`${ownCommand} serve\` has written`;
    throw new Fault("auth.required", `Cannot print the owner's token: ${home} holds none, ${expected}`);
  }
  screen.print(secret);
  return EXIT.succeeded;
}
