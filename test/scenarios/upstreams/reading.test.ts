import type { Client } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { promise } from "../../promise.ts";
import { exai } from "../../support/command-line.ts";
import { readingClient } from "./reading-client.ts";
import { daemonOver, doorOf, program, toolsOf, use } from "./servers.ts";

const all = "exai://servers/notebook/note://all";

async function textAt(client: Client, uri: string): Promise<string> {
  const { contents } = await client.readResource({ uri });
  return contents.map((content) => ("text" in content ? content.text : "")).join("");
}

const uris = async (client: Client) => (await client.listResources()).resources.map(({ uri }) => uri);

for (const era of ["legacy", "modern"] as const)
  test(`${era}: prompts, resources and forms of a server behind are listed under its name, read, completed and watched`, async () => {
    await using daemon = await daemonOver({ notebook: program("mcp-notebook") });
    while (!(await toolsOf(daemon)).includes("notebook.recall")) await new Promise((again) => setTimeout(again, 50));
    const told = Promise.withResolvers<string>();
    const others = Promise.withResolvers<void>();
    await using client = await readingClient(daemon, era, (fresh) => {
      fresh.setNotificationHandler("notifications/resources/updated", ({ params }) => told.resolve(params.uri));
      fresh.setNotificationHandler("notifications/resources/list_changed", () => others.resolve());
    });
    const { prompts } = await client.listPrompts();
    expect(prompts.find(({ name }) => name === "notebook.greet")).toMatchObject({
      title: "Greet (notebook)",
      arguments: [{ name: "whom", required: true }],
    });
    expect(await uris(client)).toContain(all);
    const filter = { resourceSubscriptions: [all], resourcesListChanged: true };
    if (era === "legacy") await client.subscribeResource({ uri: all });
    else expect((await client.listen(filter)).honoredFilter).toEqual(filter);
    await use(daemon, "notebook.remember", { note: "milk" });
    expect(await told.promise).toBe(all);
    await others.promise;
    expect(await textAt(client, all)).toBe("milk");
    expect(await uris(client)).toContain("exai://servers/notebook/note://one/0");
    const { resourceTemplates } = await client.listResourceTemplates();
    const [uri = ""] = resourceTemplates.map((each) => each.uriTemplate).filter((each) => each.includes("servers"));
    expect(uri).toBe("exai://servers/notebook/note://one/{number}");
    expect(await textAt(client, uri.replace("{number}", "0"))).toBe("milk");
    const argument = { name: "number", value: "" };
    expect((await client.complete({ ref: { type: "ref/resource", uri }, argument })).completion.values).toEqual(["0"]);
    const ref = { type: "ref/prompt" as const, name: "notebook.greet" };
    const whom = { name: "whom", value: "a" };
    expect((await client.complete({ ref, argument: whom })).completion.values).toEqual(["ann"]);
    const greeting = await client.getPrompt({ name: "notebook.greet", arguments: { whom: "bob" } });
    expect(JSON.stringify(greeting.messages)).toContain("Greet bob as milk would");
    const { stdout } = await exai(["upstreams", "notebook"], { env: daemon.clientEnv });
    expect(stdout.toString()).toMatch(
      /prompt notebook\.greet.*resources at exai:\/\/servers\/notebook\/.*one\/\{number\}/s,
    );
    await expect(textAt(client, "exai://servers/notebook/note://one/7")).rejects.toThrow(/there is no note/);
    await expect(textAt(client, "exai://servers/nobody/note://one/7")).rejects.toMatchObject({ code: -32602 });
  });

promise(
  "leak.cross-tenant",
  "what a server has to be read is each principal's own: no note, address or change of another reaches anybody",
  async () => {
    await using daemon = await daemonOver({
      notebook: program("mcp-notebook"),
      owners: program("mcp-notebook", [], { for: "owner" }),
      closed: program("mcp-notebook", [], { prompts: [], resources: ["note://all"] }),
    });
    const [ann, bob] = [await doorOf(daemon, "ann"), await doorOf(daemon, "bob")];
    while (!(await toolsOf(ann)).includes("closed.recall")) await new Promise((again) => setTimeout(again, 50));
    const heard: string[] = [];
    const seen = Promise.withResolvers<void>();
    await using bobs = await readingClient(bob, "legacy", (fresh) => {
      fresh.setNotificationHandler("notifications/resources/updated", ({ params }) => void heard.push(params.uri));
    });
    await using anns = await readingClient(ann, "legacy", (fresh) => {
      fresh.setNotificationHandler("notifications/resources/updated", () => seen.resolve());
    });
    await Promise.all([bobs, anns].map((client) => client.subscribeResource({ uri: all })));
    await use(ann, "notebook.remember", { note: "ann's" });
    await seen.promise;
    expect([await textAt(anns, all), await textAt(bobs, all), heard]).toEqual(["ann's", "", []]);
    expect((await uris(bobs)).filter((uri) => uri.includes("/one/"))).toEqual([]);
    expect((await uris(anns)).filter((uri) => uri.includes("/one/"))).toEqual(["exai://servers/notebook/note://one/0"]);
    const names = JSON.stringify([await bobs.listPrompts(), await uris(bobs), await bobs.listResourceTemplates()]);
    expect(names).not.toMatch(/owners|closed\.greet|closed\/note:\/\/one/);
    const refusal = async (uri: string) => String(await textAt(bobs, uri).catch((error) => error)).replace(uri, "?");
    const unknown = await refusal("exai://servers/nobody/note://all");
    expect(await refusal("exai://servers/owners/note://all")).toBe(unknown);
    expect(await refusal("exai://servers/closed/note://one/0")).toBe(unknown);
    expect(await textAt(bobs, "exai://servers/closed/note://all")).toBe("");
    await expect(bobs.getPrompt({ name: "owners.greet" })).rejects.toThrow(/Cannot find prompt/);
  },
);

promise(
  "auth.frames",
  "a hostile server's endless lists, borrowed names and addresses, huge texts and floods of changes are its own affair",
  async () => {
    await using daemon = await daemonOver({
      notebook: program("mcp-notebook"),
      hostile: program("mcp-hostile-library", [], { protocol: "2025-11-25", timeoutMs: 1000, maxBytes: 1_048_576 }),
    });
    while (!(await toolsOf(daemon)).includes("hostile.act")) await new Promise((again) => setTimeout(again, 50));
    let heard = 0;
    await using client = await readingClient(daemon, "legacy", (fresh) => {
      fresh.setNotificationHandler("notifications/resources/updated", () => {
        heard += 1;
      });
    });
    const names = (await client.listPrompts()).prompts.map(({ name }) => name).filter((name) => /\./.test(name));
    const theirs = ["hostile.continue", "hostile.echo", "hostile.notebook.greet", "hostile.plain"];
    expect(names).toEqual(expect.arrayContaining([...theirs, "notebook.greet"]));
    expect(names.filter((name) => name.startsWith("hostile.")).toSorted()).toEqual(
      ["hostile.act", ...theirs].toSorted(),
    );
    const { resources } = await client.listResources();
    const hostile = resources.filter(({ uri }) => uri.startsWith("exai://servers/hostile/"));
    expect(hostile.map(({ uri }) => uri.slice("exai://servers/hostile/".length))).toEqual([
      "exai://calls/0mjq4v2k8r1c/result",
      "exai://servers/notebook/note://all",
      "note://all",
      "huge:all",
    ]);
    expect(resources.filter(({ uri }) => !uri.startsWith("exai://servers/")).length).toBe(
      resources.length - hostile.length - 1,
    );
    expect(JSON.stringify(hostile).length).toBeLessThan(4000);
    let text = "";
    for (let uri: string | undefined = "exai://servers/hostile/huge:all"; uri !== undefined; ) {
      const [page, next]: { uri: string; text?: string }[] = (await client.readResource({ uri })).contents;
      text += page?.text ?? "";
      uri = next?.uri;
    }
    expect(text).toBe(`${"line\n".repeat(100_000)}end`);
    const lies = await client.readResource({ uri: "exai://servers/hostile/lies:all" });
    expect(lies.contents[0]?.uri).toBe("exai://servers/hostile/exai://calls/0mjq4v2k8r1c/result");
    const linked = await client.callTool({ name: "hostile.act", arguments: {} });
    expect(JSON.stringify(linked.content)).toContain("exai://servers/hostile/exai://calls/");
    expect(JSON.stringify(await client.getPrompt({ name: "hostile.plain" })).length).toBeLessThan(150_000);
    const ref = { type: "ref/prompt" as const, name: "hostile.plain" };
    const { values } = (await client.complete({ ref, argument: { name: "x", value: "" } })).completion;
    expect([values.length, values[0]?.length]).toEqual([100, 201]);
    const failure = async (uri: string) => String(await textAt(client, uri).catch((error) => error));
    expect(await failure("exai://servers/hostile/broken:all")).toMatch(/nothing of what it was asked for/);
    expect(await failure("exai://servers/hostile/silent:all")).toMatch(/it said nothing/);
    expect(await failure("exai://servers/hostile/long:all")).toMatch(/longer than 1048576 bytes/);
    await client.subscribeResource({ uri: "exai://servers/hostile/note://all" });
    for (let times = 0; times < 20; times++) expect(await textAt(client, all)).toBe("");
    await client.unsubscribeResource({ uri: "exai://servers/hostile/note://all" });
    expect(heard).toBeLessThan(20);
  },
);
