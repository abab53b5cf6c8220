import type { Client } from "../client/client.ts";
import { Fault } from "../protocol/fault.ts";
import type { PrincipalId } from "../protocol/ids.ts";
import type { Shell } from "./shell.ts";

/** By its id, or by a name that only one has. Who may not list the principals can name no other. */
export async function principalOf({ signal }: Shell, client: Client, who: string): Promise<PrincipalId> {
  const known = await client.request("principal.list", {}, signal).catch((error: unknown) => {
    if (error instanceof Fault && error.code === "auth.scope") return undefined;
    throw error;
  });
  if (known === undefined || known.principals.some(({ id }) => id === who)) return who as PrincipalId;
  const [only, ...others] = known.principals.filter(({ name }) => name === who);
  if (only !== undefined && others.length === 0) return only.id;
  const ids = [only, ...others].flatMap((one) => one?.id ?? []);
  const fact = ids.length === 0 ? "nobody has this name or id" : "several have this name";
  const expected = ids.length === 0 ? known.principals.map(({ name }) => name) : ids;
  const message = `Cannot find the principal ${JSON.stringify(who)}: ${fact}, expected one of ${expected.join(", ")}`;
  throw new Fault("input.invalid", message, { facts: { principal: who, ids } });
}
