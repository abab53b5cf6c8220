import { expect, test } from "vitest";
import { objectionTo } from "../../../src/protocol/agent-run.ts";
import { type CallEvent, eventTypes } from "../../../src/protocol/events.ts";
import { promise } from "../../promise.ts";
import { saying, wanting } from "../../support/agent-bench.ts";
import { CommandLine, exai, jsonOf } from "../../support/command-line.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { EvidenceBench } from "../../support/evidence-bench.ts";
import { VendorServer } from "../../support/vendor-server.ts";

interface Place {
  bench: EvidenceBench;
  daemon: DaemonProcess;
  /** Runs `exai` in the repository. */
  run: (...argv: string[]) => ReturnType<typeof exai>;
}

type Env = Readonly<Record<string, string>>;

const withoutModel: Env = {};

function modelOf(vendor: VendorServer): Env {
  return { CUSTOM_API_URL: vendor.baseUrl, DEFAULT_MODEL: "custom/small-1" };
}

/** A daemon beside a repository with planted faults. */
async function inRepository(models: Env, body: (place: Place) => Promise<void>): Promise<void> {
  await using bench = await EvidenceBench.open();
  await bench.take("shop", "faulty");
  await using daemon = await startDaemon({ env: { EXAI_ROOTS: bench.root, ...models } });
  const run = (...argv: string[]) => exai(argv, { cwd: bench.root, env: daemon.clientEnv });
  await body({ bench, daemon, run });
}

test("a review without any model tells what rules find, and says that it is no more", async () => {
  await inRepository(withoutModel, async ({ run }) => {
    const { code, stdout, stderr } = await run("review");
    expect(code).toBe(0);
    expect(stdout.toString()).toContain("src/mailer.js");
    expect(stderr).toContain("No model is configured: this is what rules alone find.");
    const asked = await run("ask", "what is this?");
    expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining("model.none") });
    const nowhere = await run("review", "no-such-branch");
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining("no file or directory no-such-branch") });
    const outside = await run("review", "/etc/passwd");
    expect([outside.code, outside.stdout.toString()]).toEqual([
      1,
      expect.stringContaining("outside the allowed roots"),
    ]);
  });
});

test("a review with a model begins with the rules' findings and ends with what a run makes of them", async () => {
  await using vendor = await VendorServer.open();
  vendor.reply(wanting(["git", {}]), wanting(["read", { path: "src/mailer.js" }]), saying("do not commit"));
  await inRepository(modelOf(vendor), async ({ bench, run }) => {
    const { code, stdout } = await run("review");
    expect(code).toBe(0);
    const said = stdout.toString();
    expect(said.indexOf("src/mailer.js")).toBeLessThan(said.indexOf("do not commit"));
    expect(said.trimEnd().endsWith("do not commit")).toBe(true);
    const asked0 = JSON.stringify(vendor.seen[0]?.body["messages"]);
    expect(asked0.indexOf("Found by rules")).toBeLessThan(asked0.indexOf("What rules found stands above"));
    expect(asked0).toContain("Found by rules");
    const threads = jsonOf(await run("threads", "--json"));
    expect(threads.map(({ turns }) => turns)).toEqual([4]);
    const told = JSON.stringify(vendor.seen[1]?.body["messages"]);
    expect(told).toContain("since HEAD");
    const tools = ["read", "search", "list", "git"].map((name) => ({ function: { name } }));
    expect(vendor.seen[0]?.body["tools"]).toMatchObject(tools);
    const asked = vendor.seen.length;
    await bench.commit("all");
    expect(await run("review")).toMatchObject({ code: 0 });
    expect(vendor.seen).toHaveLength(asked);
  });
});

promise(
  "share.alive",
  "a review over pipes says at once and at each stage how far it is, and a silent model is given up at its time",
  async () => {
    await using vendor = await VendorServer.open();
    vendor.otherwise = () => ({ kind: "hang" });
    const silent = {
      GLM_API_KEY: "a-key-of-glm",
      GLM_API_URL: vendor.baseUrl,
      GLM_TIMEOUT_SECS: "1",
      DEFAULT_MODEL: "glm",
    };
    await inRepository(silent, async ({ run }) => {
      const { code, stdout, stderr } = await run("review");
      expect(code).toBe(1);
      const said = ["looking at the changes", "now a model is asked", "asking glm/", "sent nothing for 1000 ms"];
      const places = said.map((words) => stderr.indexOf(words));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(places[0]).toBe(0);
      expect(stderr).toContain("model.silent");
      expect(stdout.toString()).toContain("src/mailer.js");
      for (const words of said) expect(stdout.toString()).not.toContain(words);
    });
  },
);

promise(
  "share.events-order",
  "ask answers on stdout alone; as JSON every event comes, in order, and the call last",
  async () => {
    await using vendor = await VendorServer.open();
    vendor.otherwise = (_prompt, { body }) =>
      (body["messages"] as { role: string }[]).some(({ role }) => role === "tool")
        ? saying("in src/orders.js:1")
        : { ...wanting(["search", { pattern: "orders" }]), text: "I will look." };
    await inRepository(modelOf(vendor), async ({ run }) => {
      const plain = await run("ask", "where are orders?", "src/orders.js");
      expect(plain).toMatchObject({ code: 0, stdout: Buffer.from("in src/orders.js:1\n") });
      const lines = jsonOf(await run("ask", "where are orders, once more?", "--json"));
      expect(lines.at(-1)).toMatchObject({ phase: "succeeded", result: { content: "in src/orders.js:1" } });
      const events = lines.filter(({ type }) => eventTypes.some((known) => known === type)) as unknown as CallEvent[];
      expect(objectionTo(events)).toBeUndefined();
      const spent = await run("ask", "where?", "--model-calls", "0");
      expect(spent).toMatchObject({ code: 5, stderr: expect.stringContaining("budget.exceeded") });
    });
  },
);

test("a review fails only where it is told to, at what is as severe as it says", async () => {
  await using vendor = await VendorServer.open();
  vendor.otherwise = () => saying("do not commit\n\n1. **[high]** src/mailer.js:3 is wrong");
  await inRepository(modelOf(vendor), async ({ bench, run }) => {
    await bench.write("src/plain.js", "export const one = 1;\n");
    const codeOf = async (...argv: string[]) => (await run("review", ...argv)).code;
    expect(await codeOf("--rules", "--fail-on", "info")).toBe(6);
    expect(await codeOf("--rules")).toBe(0);
    expect(await codeOf("--fail-on", "low")).toBe(6);
    expect(await codeOf("src/plain.js", "--rules", "--fail-on", "critical")).toBe(0);
    expect(await codeOf("src/plain.js", "--fail-on", "critical")).toBe(0);
    expect(await codeOf("src/plain.js", "--fail-on", "high")).toBe(6);
    expect(await run("review", "-")).toMatchObject({ code: 2, stderr: expect.stringContaining("standard input") });
  });
});

test("what a run asks is answered from another command line", async () => {
  await using vendor = await VendorServer.open();
  vendor.reply(wanting(["ask", { question: "which one?" }]), saying("then the second"));
  await inRepository(modelOf(vendor), async ({ bench, daemon, run }) => {
    await using asking = new CommandLine(["agent", "choose", "--json"], { cwd: bench.root, env: daemon.clientEnv });
    const line = await asking.line(/"input.requested"/);
    const { call, data } = JSON.parse(line) as { call: string; data: { prompt: string } };
    expect(data.prompt).toBe("which one?");
    expect((await run("answer", call, "the", "second")).code).toBe(0);
    const { code, stdout, stderr } = await asking.ended();
    expect(code).toBe(0);
    expect(jsonOf({ stdout }).at(-1)).toMatchObject({ result: { content: "then the second" } });
    expect(stderr.split("which one?")).toHaveLength(2);
    expect(stderr).toContain(`answer ${call} TEXT`);
    const late = await run("answer", call, "the third");
    expect(late).toMatchObject({ code: 2, stderr: expect.stringContaining("asks nothing now") });
  });
  expect(JSON.stringify(vendor.seen[1]?.body["messages"])).toContain("the second");
});
