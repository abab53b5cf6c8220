import type { Client } from "../client/client.ts";
import type { PrincipalView } from "../protocol/access-methods.ts";
import { Fault } from "../protocol/fault.ts";
import type { PrincipalId } from "../protocol/ids.ts";
import type { Shell } from "./shell.ts";

/** By its id, or by a name that only one has. Who may not list the principals can name no other. */
export async function principalOf(shell: Shell, client: Client, who: string): Promise<PrincipalId> {
  const known = await principalsSeen(shell, client);
  if (known === undefined || known.some(({ id }) => id === who)) return who as PrincipalId;
  const [only, ...others] = known.filter(({ name }) => name === who);
  if (only !== undefined && others.length === 0) return only.id;
  const ids = [only, ...others].flatMap((one) => one?.id ?? []);
  const fact = ids.length === 0 ? "nobody has this name or id" : "several have this name";
  const expected = ids.length === 0 ? known.map(({ name }) => name) : ids;
  const message = `Cannot find the principal ${JSON.stringify(who)}: ${fact}, expected one of ${expected.join(", ")}`;
  throw new Fault("input.invalid", message, { facts: { principal: who, ids } });
}

/** What each principal is called, as far as it may be known. */
export async function principalNames(shell: Shell, client: Client): Promise<ReadonlyMap<string, string>> {
  const known = (await principalsSeen(shell, client)) ?? [];
  return new Map(known.map(({ id, name }) => [id, name]));
}

async function principalsSeen({ signal }: Shell, client: Client): Promise<PrincipalView[] | undefined> {
  try {
    return (await client.request("principal.list", {}, signal)).principals;
  } catch (error) {
    if (error instanceof Fault && error.code === "auth.scope") return undefined;
    throw error;
  }
}
