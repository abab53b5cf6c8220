import { expect, test } from "vitest";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { AuthorizationServer } from "../../../../test/support/upstreams/authorization-server.ts";
import { ClientCredentials } from "./client-grant.ts";
import { loadSdk } from "./sdk.ts";

test("a server that takes no token makes its issuer be asked three times in ten seconds, and then again", async () => {
  await using granting = await AuthorizationServer.open({ id: "exai", secret: "a-secret" });
  const { issuer } = granting;
  const clock = new ManualClock();
  const grant = { issuer, clientId: "exai", secret: "a-secret" };
  const url = `${issuer}/mcp`;
  const parts = { sdk: await loadSdk(), clock, server: { name: "s", url }, grant, fetch, onToken: () => {} };
  const credentials = new ClientCredentials(parts);
  const refused = () =>
    credentials.onUnauthorized({
      response: new Response(null, { status: 401 }),
      serverUrl: new URL(url),
      fetchFn: fetch,
    });
  for (let times = 0; times < 3; times++) await refused();
  await clock.advance(4000);
  for (let times = 0; times < 5; times++)
    await expect(refused()).rejects.toMatchObject({ code: "upstream.unavailable", retry: { afterMs: 6000 } });
  expect(granting.asked).toHaveLength(3);
  await clock.advance(6000);
  await refused();
  expect(granting.asked).toHaveLength(4);
});
