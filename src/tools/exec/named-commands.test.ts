import { chmod, copyFile, mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { program } from "../../../test/programs/programs.ts";
import { promise } from "../../../test/promise.ts";
import { ExecBench, OpenCall } from "../../../test/support/exec-bench.ts";

const [node, agent] = program("agent");
const anything = { rest: true };

describe.skipIf(process.platform !== "linux")("a named command", () => {
  let bench: ExecBench;
  let root: string;

  beforeEach(async () => {
    bench = await ExecBench.open();
    ({ root } = bench);
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  promise("auth.commands", "gets only arguments that its rules let through, ours before them", async () => {
    const entry = { id: "show", program: node, first: [program("prints-environment")[1]] };
    const exec = await bench.tool({
      allow: [],
      own: [{ ...entry, arguments: { flags: { "--color": "none" }, operands: [{ kind: "path", max: 2 }] } }],
    });
    await writeFile(join(root, "a"), "");
    await bench.run({ argv: ["show", "a", "--color"] }, { exec });
    expect(JSON.parse(await bench.written()).args).toEqual(["--color", "--", "a"]);
    for (const argv of [["show", "--eval", "1"], ["show", "-e", "1"], ["show", "a", "a", "a"], ["other"], ["node"]])
      await expect(bench.run({ argv }, { exec }), argv.join(" ")).rejects.toMatchObject({ code: "process.refused" });
  });

  promise(["auth.commands", "auth.paths"], "gets no path that leads out of the roots, by name or by link", async () => {
    const own = [
      { id: "show", program: "cat", arguments: { flags: { "--file": "path" }, operands: [{ kind: "path", max: 2 }] } },
    ];
    const exec = await bench.tool({ allow: [], own });
    await mkdir(join(root, "inner"));
    await writeFile(join(root, "inner/a"), "inside");
    await symlink("/etc", join(root, "out"));
    await symlink("/etc/passwd", join(root, "link"));
    await symlink("/etc/not-there", join(root, "dangling"));
    await symlink("inner/a", join(root, "in"));
    for (const path of ["/etc/passwd", "../x", "out/passwd", "link", "dangling", "inner/../../x", "home/spool", "home"])
      for (const argv of [
        ["show", path],
        ["show", "--file", path],
        ["show", `--file=${path}`],
      ])
        await expect(bench.run({ argv }, { exec }), argv.join(" ")).rejects.toMatchObject({
          code: "workspace.outside",
        });
    expect((await bench.run({ argv: ["show", "in"] }, { exec })).content).toContain("inside");
  });

  promise("auth.commands", "is not run once another file lies in its program's place", async () => {
    const tool = join(root, "tool");
    await copyFile("/bin/true", tool);
    await chmod(tool, 0o755);
    const exec = await bench.tool({ allow: [], own: [{ id: "tool", program: tool, arguments: {} }] });
    expect((await bench.run({ argv: ["tool"] }, { exec })).data).toMatchObject({ code: 0 });
    await copyFile("/bin/false", `${tool}.new`);
    await rename(`${tool}.new`, tool);
    await expect(bench.run({ argv: ["tool"] }, { exec })).rejects.toMatchObject({
      code: "process.refused",
      facts: { changed: true },
    });
    await chmod(tool, 0o777);
    await expect(bench.run({ argv: ["tool"] }, { exec })).rejects.toMatchObject({ code: "process.not-started" });
  });

  promise("auth.commands", "has no variable but its entry's and those that its caller may set", async () => {
    const exec = await bench.tool({
      allow: [],
      variables: ["*"],
      variable: (name) => (name === "AGENT_KEY" ? "from the daemon" : `not for it: ${name}`),
      own: [
        {
          id: "show",
          program: node,
          first: [program("prints-environment")[1]],
          arguments: {},
          env: { MODE: "ours" },
          pass: ["AGENT_KEY"],
          variables: ["PYTHONPATH"],
        },
      ],
    });
    await bench.run({ argv: ["show"], env: { FREE: "1", PYTHONPATH: "/x", MODE: "theirs" } }, { exec });
    const { env } = JSON.parse(await bench.written());
    const usual = { PATH: expect.any(String), HOME: expect.any(String), LANG: "C.UTF-8", TERM: "dumb" };
    const ours = { MODE: "ours", AGENT_KEY: "from the daemon", EXAI_CALL: "a token" };
    expect(env).toEqual({ ...usual, ...ours, FREE: "1", PYTHONPATH: "/x", EXAI_CALL_MARK: expect.any(String) });
    for (const name of ["LD_PRELOAD", "NODE_OPTIONS", "BASH_ENV", "GIT_SSH_COMMAND", "PERL5OPT", "EXAI_URL", "PATH"])
      await expect(bench.run({ argv: ["show"], env: { [name]: "x" } }, { exec }), name).rejects.toMatchObject({
        code: "process.refused",
      });
  });

  promise(
    "auth.commands",
    "that runs what it is given is not run unconfined, except by the owner who lists it",
    async () => {
      const own = [{ id: "any", program: node, arguments: anything, least: "B" }];
      const argv = ["any", program("exits-with")[1] as string, "0"];
      const unlisted = await bench.tool({ allow: [], own });
      await expect(bench.run({ argv }, { exec: unlisted })).rejects.toMatchObject({ facts: { least: "B", way: "C" } });
      const listed = await bench.tool({ allow: ["any"], own, leastWay: "C" });
      expect((await bench.run({ argv }, { exec: listed })).data).toMatchObject({ code: 0 });
      await expect(bench.run({ argv }, { exec: listed, role: "user" })).rejects.toMatchObject({
        facts: { least: "B" },
      });
      const executing = { interpreters: ["node"], flags: {} };
      const careless = await bench.tool({ allow: [], own: [{ ...own[0], least: "C" }], executing });
      await expect(bench.run({ argv }, { exec: careless })).rejects.toMatchObject({ code: "process.refused" });
    },
  );

  promise(
    ["auth.commands", "leak.cross-tenant"],
    "that has credentials or files of its own is the owner's, unless its entry is for everybody",
    async () => {
      const bare = { program: "pwd", arguments: {} };
      const own = [
        { ...bare, id: "keyed", pass: ["AGENT_KEY"] },
        { ...bare, id: "filed", directories: ["~/.agent"] },
        { ...bare, id: "shared", pass: ["AGENT_KEY"], for: "everybody" },
      ];
      const exec = await bench.tool({ allow: [], own, leastWay: "C" });
      for (const id of ["keyed", "filed"])
        await expect(bench.run({ argv: [id] }, { exec, role: "user" }), id).rejects.toMatchObject({
          code: "process.refused",
        });
      expect((await bench.run({ argv: ["shared"] }, { exec, role: "user" })).data).toMatchObject({ code: 0 });
    },
  );

  promise("auth.commands", "below the confinement that the settings demand nobody runs anything", async () => {
    const exec = await bench.tool({ leastWay: "B" });
    await expect(bench.run({ argv: ["true"] }, { exec })).rejects.toMatchObject({
      facts: { setting: "EXAI_EXEC_MIN_CONFINEMENT", way: "C", least: "B" },
    });
  });

  test("works where its entry says, inside the caller's own roots", async () => {
    await mkdir(join(root, "inner"));
    const own = [{ id: "where", program: "pwd", arguments: {}, roots: [join(root, "inner"), "/etc"] }];
    const exec = await bench.tool({ allow: [], own });
    expect((await bench.run({ argv: ["where"], cwd: "inner" }, { exec })).content).toContain("/inner\n");
    for (const cwd of [".", "/etc"])
      await expect(bench.run({ argv: ["where"], cwd }, { exec })).rejects.toMatchObject({ code: "workspace.outside" });
  });

  describe("of a coding agent", () => {
    const entry = {
      id: "helper",
      program: node,
      first: [agent],
      arguments: { operands: [{ kind: "text" }], separator: "never" },
      roles: { review: { first: ["--plan"], prompt: "You review. ", separator: "never" } },
      pass: ["AGENT_KEY"],
      limits: { idleMs: 60_000 },
      loginFailure: ["Invalid API key · Please run /login"],
    };

    test("a role puts its words before the prompt, which comes whole, and the events are streamed", async () => {
      const variable = (name: string) => (name === "AGENT_KEY" ? "k" : undefined);
      const exec = await bench.tool({ allow: [], own: [entry], variable });
      const { data } = await bench.run({ argv: ["helper", "review"], stdin: "Look at über.ts" }, { exec });
      const [init, ...events] = (await bench.written())
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(data).toMatchObject({ code: 0 });
      expect(init).toMatchObject({ type: "init", arguments: ["--plan"] });
      expect(init.variables).toEqual(expect.arrayContaining(["AGENT_KEY"]));
      expect(events.at(-1)).toEqual({ type: "result", prompt: "You review. Look at über.ts" });
    });

    promise(
      ["proc.output", "auth.commands"],
      "a prompt of any bytes, piped whole or typed live, reaches it unchanged",
      async () => {
        const bytes = Buffer.from(Array.from({ length: 1000 }, (_, at) => (at * 7) % 256));
        const echo = [{ id: "echoes", program: node, first: [program("echoes-input")[1]], arguments: {} }];
        const exec = await bench.tool({ allow: [], own: echo });
        await bench.run({ argv: ["echoes"], stdin: { base64: bytes.toString("base64") } }, { exec });
        expect((await bench.bytes()).equals(bytes)).toBe(true);
        await bench.forget();
        const open = new OpenCall();
        const running = bench.run({ argv: ["echoes"] }, { exec, open });
        await open.started;
        await open.feedable?.input(bytes.subarray(0, 500));
        await open.feedable?.input(bytes.subarray(500));
        await open.feedable?.endInput();
        await running;
        expect((await bench.bytes()).equals(bytes)).toBe(true);
      },
    );

    promise("proc.control", "what is typed as soon as it runs comes behind the whole of a long prompt", async () => {
      const prompt = "…".repeat(65_536);
      const roles = { long: { prompt, separator: "never" } };
      const arguments_ = { operands: [], separator: "never" };
      const echo = [{ id: "echoes", program: node, first: [program("echoes-input")[1]], arguments: arguments_, roles }];
      const exec = await bench.tool({ allow: [], own: echo });
      const open = new OpenCall();
      const running = bench.run({ argv: ["echoes", "long"] }, { exec, open });
      await open.started;
      await Promise.all([open.feedable?.input(Buffer.from(" and this")), open.feedable?.endInput()]);
      await running;
      expect((await bench.bytes()).equals(Buffer.from(`${prompt} and this`))).toBe(true);
    });

    test("that is not logged in is ended at once, with what it said", async () => {
      const exec = await bench.tool({ allow: [], own: [entry] });
      const running = bench.run({ argv: ["helper", "login-failure"] }, { exec });
      await expect(running).rejects.toMatchObject({
        code: "process.login-failed",
        facts: { said: "Invalid API key · Please run /login" },
      });
    });

    test("that says nothing more is ended, and told to be silent", async () => {
      const exec = await bench.tool({ allow: [], own: [{ ...entry, limits: { idleMs: 300 } }] });
      const running = bench.run({ argv: ["helper", "silence"], idleMs: 86_400_000 }, { exec });
      await expect(running).rejects.toMatchObject({ code: "process.silent", facts: { allowed: 300 } });
    });
  });
});
