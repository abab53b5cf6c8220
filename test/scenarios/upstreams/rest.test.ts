import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { exai } from "../../support/command-line.ts";
import { daemonOver, doorOf, misbehaving, program, upstreamsOf, use } from "./servers.ts";

promise(
  "run.breaker",
  "a server that crashes at every call is left alone after the fifth, for its caller and nobody else, and the time is told",
  async () => {
    await using daemon = await daemonOver({
      crashing: misbehaving("crashes"),
      notebook: program("mcp-notebook"),
    });
    const crash = async (door: { url: string; token: string }) => (await use(door, "crashing.act")).fault;
    for (let times = 0; times < 5; times++) expect((await crash(daemon))?.code).toBe("upstream.lost");
    const refused = await crash(daemon);
    expect(refused).toMatchObject({ code: "upstream.breaker-open", retry: { safe: true } });
    expect(refused?.retry.afterMs).toBeGreaterThan(1000);
    const [crashing] = await upstreamsOf(daemon);
    expect(crashing).toMatchObject({ name: "crashing", own: [{ state: "resting" }] });
    expect((await exai(["upstreams"], { env: daemon.clientEnv })).stdout.toString()).toMatch(
      /^crashing +resting .*code 3/m,
    );
    const nobody = await exai(["upstreams", "nobody"], { env: daemon.clientEnv });
    expect(nobody).toMatchObject({ code: 2, stderr: expect.stringContaining("expected one of crashing, notebook") });
    const bob = await doorOf(daemon, "bob");
    expect((await crash(bob))?.code).toBe("upstream.lost");
    expect(await use(daemon, "notebook.recall")).toMatchObject({ content: "" });
  },
);
