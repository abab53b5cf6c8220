import type { Client } from "../../client/client.ts";
import type { CallId } from "../../protocol/ids.ts";
import { EXIT } from "../exit-codes.ts";
import type { Shell } from "../shell.ts";
import { ownCommand } from "../version.ts";

/** Names a call that goes on by itself; the id alone goes to stdout. */
export async function showDetached({ screen, signal }: Shell, client: Client, call: CallId): Promise<number> {
  if (screen.form === "json") screen.json(await client.request("call.get", { call }, signal));
  else {
    screen.print(call);
    screen.progress(`${ownCommand} follow ${call} shows it`);
  }
  return EXIT.succeeded;
}
