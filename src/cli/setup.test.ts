import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { exai, jsonOf, type Ran } from "../../test/support/command-line.ts";
import { ownEnvironment } from "../../test/support/daemon.ts";
import { clients } from "./setup/clients.ts";

/** A user's home that nothing is in yet. */
class Home implements AsyncDisposable {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  static async open(): Promise<Home> {
    return new Home(await mkdtemp(join(tmpdir(), "exai-setup-")));
  }

  async setup(...argv: readonly string[]): Promise<Ran & { said: string }> {
    const env = { ...ownEnvironment(), HOME: this.path, XDG_CONFIG_HOME: "", CODEX_HOME: "" };
    const ran = await exai(["setup", ...argv], { env });
    return { ...ran, said: `${ran.stdout}${ran.stderr}` };
  }

  async write(name: string, text: string): Promise<string> {
    const path = join(this.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return path;
  }

  async read(name: string): Promise<string | undefined> {
    return await readFile(join(this.path, name), "utf8").catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

const launcher = join(import.meta.dirname, "../../bin/exai.js");

test("every client that is known is set up, seen as set up, and left as it was found", async () => {
  await using home = await Home.open();
  for (const { name, format, servers } of clients) {
    const first = await home.setup(name, "--yes");
    expect(first.code, first.said).toBe(0);
    const file = first.stdout.toString().split("\n")[0] ?? "";
    const text = await readFile(file, "utf8");
    if (format === "json") {
      const written = JSON.parse(text)[servers].exai;
      expect([written.command, written.args ?? []].flat()).toEqual([process.execPath, launcher, "mcp"]);
    } else expect(text).toBe(`[${servers}.exai]\ncommand = "${process.execPath}"\nargs = ["${launcher}", "mcp"]\n`);
    expect((await home.setup(name, "--yes")).said).toContain("is set up already");
    expect(await readFile(file, "utf8")).toBe(text);
  }
  expect(new Set(jsonOf(await home.setup("--json")).map(({ state }) => state))).toEqual(new Set(["set up"]));
  for (const { name } of clients) expect((await home.setup(name, "--undo", "--yes")).code).toBe(0);
  const after = jsonOf(await home.setup("--json"));
  expect(after.map(({ state }) => state)).not.toContain("set up");
  await expect(stat(join(home.path, ".claude.json"))).rejects.toThrow("ENOENT");
});

describe("a file that is there", () => {
  const before = '{\n\t// mine\n\t"mcpServers": {\n\t\t"exai": { "command": "another" },\n\t},\n}\n';

  test("is shown as a diff, changed only where it must, kept beside, and given back byte by byte", async () => {
    await using home = await Home.open();
    const path = await home.write(".cursor/mcp.json", before);
    await chmod(path, 0o600);
    const ran = await home.setup("cursor", "--yes");
    expect(ran.stdout.toString()).toContain('- \t\t"exai": { "command": "another" },\n+ \t\t"exai": {\n');
    expect(await home.read(".cursor/mcp.json")).toMatch(
      /^\{\n\t\/\/ mine\n\t"mcpServers": \{\n\t\t"exai": \{\n\t\t\t"command": "/,
    );
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await home.read(".cursor/mcp.json.before-exai")).toBe(before);
    expect((await home.setup("cursor", "--undo", "--yes")).code).toBe(0);
    expect(await home.read(".cursor/mcp.json")).toBe(before);
    expect(await home.read(".cursor/mcp.json.before-exai")).toBeUndefined();
  });

  test("and was changed since is given only its entry back, and the copy stays", async () => {
    await using home = await Home.open();
    const path = await home.write(".gemini/settings.json", '{"theme": "dark"}');
    await home.setup("gemini", "--yes");
    const now = JSON.parse(await readFile(path, "utf8"));
    await writeFile(path, JSON.stringify({ ...now, theme: "light" }));
    expect((await home.setup("gemini", "--undo", "--yes")).said).toContain("changed since");
    expect(JSON.parse((await home.read(".gemini/settings.json")) ?? "")).toEqual({ theme: "light", mcpServers: {} });
    expect(await home.read(".gemini/settings.json.before-exai")).toBe('{"theme": "dark"}');
  });

  test("is written through a link, which stays one", async () => {
    await using home = await Home.open();
    const real = await home.write("dotfiles/config.toml", 'model = "o"\n');
    await mkdir(join(home.path, ".codex"));
    await symlink(real, join(home.path, ".codex/config.toml"));
    await home.setup("codex", "--yes");
    expect(await readFile(real, "utf8")).toMatch(/^model = "o"\n\n\[mcp_servers\.exai\]\n/);
  });

  test.each([
    ["cursor", ".cursor/mcp.json", '{"mcpServers": '],
    ["codex", ".codex/config.toml", "[mcp_servers\n"],
    ["codex", ".codex/config.toml", 'mcp_servers = { exai = { command = "mine" } }\n'],
  ])("and cannot be read or edited is left alone, and %s told where", async (name, file, text) => {
    await using home = await Home.open();
    await home.write(file, text);
    const { code, said } = await home.setup(name, "--yes");
    expect(code).toBe(2);
    expect(said).toMatch(/Cannot edit .+: .+; nothing was changed/);
    expect(await home.read(file)).toBe(text);
    expect((await home.setup()).said).toContain(`cannot be read`);
  });

  test("is not touched without a word of the user's", async () => {
    await using home = await Home.open();
    await home.write(".cursor/mcp.json", before);
    const asked = await home.setup("cursor");
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
    const printed = await home.setup("cursor", "--print");
    expect(Object.keys(JSON.parse(printed.stdout.toString()).mcpServers)).toEqual(["exai"]);
    expect(await home.read(".cursor/mcp.json")).toBe(before);
    expect((await home.setup("nobody")).said).toContain("expected one of claude, ");
  });
});
