import { once } from "node:events";
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { methods } from "../../src/protocol/methods.ts";
import { program } from "../programs/programs.ts";
import { waysHere } from "../programs/ways.ts";
import { promise } from "../promise.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon.ts";
import { ask } from "./http-door.ts";
import { clientOf, startPatiently } from "./socket-client.ts";

const word = "the-daemons-own-secret";
const listener = createServer((socket) => socket.destroy());
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "exai-hostile-"));
  for (const name of ["mine", "theirs", "home/.ssh", "outside", "bin"])
    await mkdir(join(folder, name), { recursive: true });
  for (const name of [".", "mine", "theirs", "outside", "bin"]) await chmod(join(folder, name), 0o777);
  // Another user may not reach where this repository lies.
  const [node, hostile = ""] = program("hostile");
  await copyFile(node, join(folder, "bin/node"));
  await copyFile(hostile, join(folder, "bin/hostile.mjs"));
  await writeFile(join(folder, "theirs/plan"), "another principal's");
  await writeFile(join(folder, "home/.ssh/id_ed25519"), "a key");
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
});

afterAll(async () => {
  listener.close();
  await rm(folder, { recursive: true });
});

function daemonIn(way: string, more: Record<string, string>): Promise<DaemonProcess> {
  return startDaemon({
    env: {
      EXAI_EXEC_CONFINEMENT: way,
      EXAI_EXEC_MIN_CONFINEMENT: way,
      EXAI_EXEC_ALLOW: join(folder, "bin/node"),
      EXAI_EXEC_READ: join(folder, "bin"),
      EXAI_ROOTS: `${join(folder, "mine")},${join(folder, "theirs")}`,
      HOME: join(folder, "home"),
      GLM_API_KEY: word,
      ...more,
    },
  });
}

/** A token of somebody else than the owner, who may run commands in one root. */
async function tokenOfMine(daemon: DaemonProcess): Promise<string> {
  const post = async (path: string, body: object) =>
    await (await ask(daemon, path, { method: "POST", body: JSON.stringify(body) })).json();
  const { id } = methods["principal.create"].result.parse(await post("/api/v1/principals", { name: "mine" }));
  const request = { name: "mine", principal: id, scopes: ["exec"], roots: [join(folder, "mine")] };
  return methods["token.create"].result.parse(await post("/api/v1/tokens", request)).token;
}

/** What the program could do, by what it says itself and by what is there afterwards. */
async function attempts(daemon: DaemonProcess): Promise<Record<string, boolean>> {
  const { port } = listener.address() as { port: number };
  const target = {
    token: join(daemon.home, "owner.token"),
    database: join(daemon.home, "store/exai.db"),
    key: join(folder, "home/.ssh/id_ed25519"),
    others: join(folder, "theirs/plan"),
    outside: join(folder, "outside/left-behind"),
    daemon: daemon.pid,
    port: Number(new URL(daemon.url).port),
    listener: port,
    word,
  };
  const argv = [join(folder, "bin/node"), join(folder, "bin/hostile.mjs"), JSON.stringify(target)];
  const door = { url: daemon.url, token: await tokenOfMine(daemon) };
  await using client = clientOf(door);
  const call = await startPatiently(client, "exec", { input: { argv, cwd: join(folder, "mine") } });
  const view = await call.result();
  expect(view.fault).toBeUndefined();
  const content = view.result?.content ?? "";
  return JSON.parse(content.slice(content.indexOf("{")));
}

/** Where we are root: once as the owner of the directory, whom nothing but the sandbox keeps from the files, and once as nobody. */
const accounts = process.getuid?.() === 0 ? [{}, { EXAI_EXEC_USER: "65534" }] : [{}];
const { present } = process.platform === "linux" ? await waysHere() : { present: [] };
const confined = present
  .filter((way) => way !== "C")
  .flatMap((way) => accounts.map((account) => ({ way, ...account })));

describe.skipIf(confined.length === 0)("a hostile command of one who is not the owner", () => {
  promise(
    ["auth.commands", "leak.cross-tenant"],
    "can do nothing to the daemon, to others, or outside its roots; unconfined the same one can do it all",
    async () => {
      for (const { way, ...account } of confined) {
        await using daemon = await daemonIn(way, account);
        const could = await attempts(daemon);
        expect(Object.keys(could)).toHaveLength(9);
        expect({ way, ...account, could: Object.keys(could).filter((name) => could[name]) }).toEqual({
          way,
          ...account,
          could: [],
        });
        expect(await readdir(join(folder, "outside"))).toEqual([]);
      }
      await using daemon = await daemonIn("C", {});
      const could = await attempts(daemon);
      expect(Object.keys(could).filter((name) => !could[name])).toEqual([]);
      expect(await readdir(join(folder, "outside"))).toEqual(["left-behind"]);
    },
  );
});
