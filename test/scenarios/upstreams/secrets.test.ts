import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { exai } from "../../support/command-line.ts";
import { ask } from "../http-door.ts";
import { daemonOver, program, use } from "./servers.ts";

const secret = "hunter2-hunter2-hunter2";
const passed = "opensesame-opensesame";

promise(
  "leak.secret",
  "a server that says its own secrets says them to nobody: not in answers, faults, events, its words, or the log",
  async () => {
    const env = { SERVICE_KEY: secret, GREETING: ["Hello $", "{ANOTHER}"].join("") };
    await using daemon = await daemonOver(
      {
        notebook: program("mcp-notebook", [], { env, pass: ["ANOTHER"] }),
        dying: program("no-such-file", [secret], { env }),
      },
      { ANOTHER: passed },
    );
    const said = async (tool: string, given: object) => await use(daemon, `notebook.${tool}`, given);
    const known = await said("variable", { name: "SERVICE_KEY" });
    expect(known.content).toBe("SERVICE_KEY is [secret]");
    expect((await said("variable", { name: "GREETING" })).content).toBe("GREETING is Hello [secret]");
    const failed = await said("fail", { why: `${secret} is wrong` });
    expect(failed.fault?.message).toMatch(/\[secret\] is wrong$/);
    await use(daemon, "dying.act");
    const told = [
      await (
        await ask(daemon, `/api/v1/calls/${known.call}/events`, { headers: { accept: "text/event-stream" } })
      ).text(),
      await (await ask(daemon, "/api/v1/upstreams")).text(),
      (await exai(["upstreams", "notebook"], { env: daemon.clientEnv })).stdout.toString(),
      daemon.said,
      ...(await logsOf(daemon.home)),
    ];
    expect(told.length).toBeGreaterThan(4);
    expect(told[2]).toMatch(/said: SERVICE_KEY is \[secret\]/);
    for (const text of told) expect(text).not.toMatch(new RegExp(`${secret}|${passed}`));
  },
);

async function logsOf(home: string): Promise<string[]> {
  const names = await readdir(join(home, "logs"));
  return await Promise.all(names.map((name) => readFile(join(home, "logs", name), "utf8")));
}
