import { ask, type Door } from "../http-door.ts";

/** A token of a principal of its own, with roots of its own. */
export async function personOf(
  daemon: Door,
  name: string,
  grant: { scopes?: string[]; tools?: string[]; roots?: string[] } = {},
): Promise<Door> {
  const post = async (path: string, body: object): Promise<Record<string, string>> =>
    (await (await ask(daemon, path, { method: "POST", body: JSON.stringify(body) })).json()) as Record<string, string>;
  const { id: principal } = await post("/api/v1/principals", { name });
  const { token } = await post("/api/v1/tokens", { name, principal, ...grant });
  if (token === undefined) throw new Error(`No token for ${name}`);
  return { url: daemon.url, token };
}
