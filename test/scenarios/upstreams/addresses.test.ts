import { expect, test } from "vitest";
import { promise } from "../../promise.ts";
import { HttpNotebook } from "../../support/upstreams/http-server.ts";
import { daemonOver, doorOf, toolsOf, upstreamsOf, use } from "./servers.ts";

const events = { "content-type": "text/event-stream" };
const token = "a-token-that-nobody-tells";

test.each(["2025-11-25", "2026-07-28", "auto"])(
  "a server that is reached by HTTP brings its tools in %s, with the token of its entry",
  async (protocol) => {
    await using server = await HttpNotebook.open();
    await using daemon = await daemonOver(
      {
        notebook: {
          url: server.url,
          token: "NOTEBOOK_TOKEN",
          protocol,
          headers: { "x-who": ["$", "{NOTEBOOK_TOKEN}"].join("") },
        },
      },
      { NOTEBOOK_TOKEN: token },
    );
    await expect.poll(() => toolsOf(daemon)).toContain("notebook.count");
    expect(await use(daemon, "notebook.count", { to: 3 })).toMatchObject({ content: "counted to 3" });
    expect(await use(daemon, "notebook.structured")).toMatchObject({ content: "three" });
    expect(server.seen.every(({ authorization }) => authorization === `Bearer ${token}`)).toBe(true);
    const [seen] = await upstreamsOf(daemon);
    expect(seen?.own[0]?.protocol).toBe(protocol === "2025-11-25" ? protocol : "2026-07-28");
    const bob = await doorOf(daemon, "bob");
    expect((await use(bob, "notebook.recall")).fault).toMatchObject({ code: "tool.unknown" });
    expect(await toolsOf(bob)).not.toContain("notebook.count");
  },
);

test("a server that forgot its sessions gets a new one, and the call that met it is asked there", async () => {
  await using server = await HttpNotebook.open();
  await using daemon = await daemonOver({ notebook: { url: server.url, protocol: "2025-11-25" } });
  expect(await use(daemon, "notebook.remember", { note: "milk" })).toMatchObject({ content: "remembered milk" });
  expect(await use(daemon, "notebook.recall")).toMatchObject({ content: "milk" });
  server.forget();
  expect(await use(daemon, "notebook.recall")).toMatchObject({ content: "" });
  expect(server.sessions).toBe(1);
  await daemon.stop();
  expect(server.sessions).toBe(0);
  await daemon.restart();
});

promise(
  "run.breaker",
  "a server that is gone, answers in errors, without end or not at all is told as such, and left alone after five times",
  async () => {
    await using server = await HttpNotebook.open();
    await using daemon = await daemonOver({
      notebook: { url: server.url, protocol: "2026-07-28", timeoutMs: 4000, maxBytes: 65_536 },
    });
    expect(await use(daemon, "notebook.structured")).toMatchObject({ content: "three" });
    const codes: (string | undefined)[] = [];
    const ways: (typeof server.instead)[] = [
      (_, response) => void response.writeHead(500).end("no") === undefined,
      (_, response) => void response.writeHead(200, events).end(": nothing\n\n") === undefined,
      () => true,
      (request) => void request.socket.destroy() === undefined,
      (_, response) => {
        response.writeHead(200, events);
        for (let piece = 0; piece < 64; piece++) response.write("x".repeat(65_536));
        return true;
      },
      () => false,
    ];
    for (const way of ways) {
      server.instead = way;
      codes.push((await use(daemon, "notebook.structured")).fault?.code);
    }
    expect(codes).toEqual([
      "upstream.unavailable",
      "upstream.lost",
      "call.deadline",
      "upstream.lost",
      "upstream.unreadable",
      "upstream.breaker-open",
    ]);
  },
);
