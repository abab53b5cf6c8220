import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { promise } from "../../promise.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { RawClient } from "../../support/raw-client.ts";
import { ask, execute } from "../http-door.ts";
import { socketUrl } from "../socket-client.ts";

let folder: string;
let daemon: DaemonProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "exai-first-"));
  await mkdir(join(folder, "inside"));
  await symlink("/etc", join(folder, "inside/out"));
  daemon = await startDaemon({ env: { EXAI_EXEC_ALLOW: "pwd", EXAI_ROOTS: join(folder, "inside") } });
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const client = { name: "thief", version: "1" };

async function refusal(credential: object): Promise<unknown> {
  using thief = await RawClient.connected(socketUrl(daemon));
  const { error } = await thief.request("session.open", { ...credential, client });
  return (error as { data?: { code?: string } } | undefined)?.data?.code;
}

promise(
  "auth.replay",
  "token replay: a ticket and a resume secret that were seen on the wire open nothing",
  async () => {
    const created = await ask(daemon, "/api/v1/tickets", { method: "POST", body: "{}" });
    const { ticket } = (await created.json()) as { ticket: string };
    const { client: owner, opened } = await RawClient.open(socketUrl(daemon), { ticket });
    using _owner = owner;
    expect(await refusal({ ticket })).toBe("auth.replayed");
    // The owner comes back with its secret, and whoever heard it comes after.
    const resume = { session: opened.session, secret: opened.resume.secret };
    const { client: resumed } = await RawClient.open(socketUrl(daemon), { resume });
    using _resumed = resumed;
    await resumed.request("ping", {});
    expect(await refusal({ resume })).toBe("auth.replayed");
    expect((await resumed.request("ping", {})).error).toBeUndefined();
  },
);

test("path traversal: no command works outside its roots, by dots, by absolute path or by link", async () => {
  const at = (cwd: string) => execute(daemon, { tool: "exec", arguments: { argv: ["pwd"], cwd } });
  const inside = join(folder, "inside");
  expect((await at(inside)).result?.content).toContain(inside);
  for (const cwd of ["..", "../..", "/etc", `${inside}/../..`, "out", `${inside}/out`, "/proc/self/cwd", daemon.home]) {
    const view = await at(cwd);
    expect([cwd, view.phase, view.fault?.code]).toEqual([cwd, "failed", "workspace.outside"]);
  }
});
