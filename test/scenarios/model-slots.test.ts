import { expect } from "vitest";
import type { Client } from "../../src/client/client.ts";
import { principalView } from "../../src/protocol/access-methods.ts";
import { promise } from "../promise.ts";
import { startDaemon } from "../support/daemon.ts";
import { VendorServer } from "../support/vendor-server.ts";
import { metricOf } from "./http-door.ts";
import { clientOf, never, startPatiently } from "./socket-client.ts";

/** Slots of each provider. */
const limits = { glm: 4, kimi: 6, custom: 2 } as const;
const providers = Object.keys(limits) as (keyof typeof limits)[];
/** Chats of the one who floods and of the other, at each provider; 201 in all. */
const many = 51;
const few = 16;

promise(
  ["share.limits", "share.fair"],
  "200 chats over three providers: never more at a vendor than its slots, and the one who asks less waits no longer for it",
  async () => {
    await using glm = await VendorServer.open();
    await using kimi = await VendorServer.open();
    await using custom = await VendorServer.open();
    const vendors = { glm, kimi, custom };
    const begin = Promise.withResolvers<void>();
    for (const name of providers)
      vendors[name].otherwise = (prompt) => ({
        kind: "answer",
        text: `echo: ${prompt}`,
        // Nobody is answered before all slots are taken and all calls stand in line.
        before: async () => await Promise.all([begin.promise, vendors[name].arrived(limits[name])]),
      });
    const wide = ["EXAI_WS_GLOBAL_MAX_INFLIGHT", "EXAI_PRINCIPAL_MAX_INFLIGHT", "EXAI_WS_SESSION_MAX_INFLIGHT"];
    await using daemon = await startDaemon({
      env: {
        GLM_API_URL: glm.baseUrl,
        KIMI_API_URL: kimi.baseUrl,
        CUSTOM_API_URL: custom.baseUrl,
        EXAI_WS_GLM_MAX_INFLIGHT: `${limits.glm}`,
        EXAI_WS_KIMI_MAX_INFLIGHT: `${limits.kimi}`,
        EXAI_PROVIDER_MAX_INFLIGHT: `${limits.custom}`,
        ...Object.fromEntries(wide.map((name) => [name, "400"])),
      },
    });
    await using ada = clientOf(daemon);
    const { id } = principalView.parse(await ada.request("principal.create", { name: "bob" }, never));
    const { token } = await ada.request("token.create", { name: "bob", principal: id }, never);
    await using bob = clientOf({ url: daemon.url, token });
    const ask = async (client: Client, name: string, count: number) =>
      await Promise.all(
        providers.flatMap((provider) =>
          Array.from({ length: count }, async (_, index) => {
            const input = { prompt: `${name} ${index}`, model: `${provider}/small-1` };
            return await startPatiently(client, "chat", { input });
          }),
        ),
      );
    const calls = [...(await ask(ada, "ada", many)), ...(await ask(bob, "bob", few))];
    // Accepted is not yet in line: nobody is answered before all stand there.
    const permits = async (name: string, state: string) =>
      await metricOf(daemon, `exai_permits{class="provider:${name}",state="${state}"}`);
    for (const name of providers) while ((await permits(name, "held")) + (await permits(name, "waiting")) < many + few);
    begin.resolve();
    const views = await Promise.all(calls.map(async (call) => await call.result()));
    expect(new Set(views.map(({ phase }) => phase))).toEqual(new Set(["succeeded"]));
    for (const name of providers) {
      const { seen, mostInFlight, inFlight } = vendors[name];
      expect({ name, mostInFlight, inFlight }).toEqual({ name, mostInFlight: limits[name], inFlight: 0 });
      expect(seen).toHaveLength(many + few);
      // Once both stand in line they take turns: his last is in after as many of hers, or about as many, for one
      // that waits for its connection is passed by others.
      const last = seen.findLastIndex(({ prompt }) => prompt.startsWith("bob"));
      expect(seen.length - 1 - last).toBeGreaterThan((many - few) / 2);
    }
  },
);
