import type { FaultPatch } from "../red.ts";

const local = "src/adapters/workspace/local";

export const patches: FaultPatch[] = [
  // Any name followed wherever it leads.
  {
    file: `${local}/path-handle.ts`,
    find: '(links === "hold" ? constants.O_NOFOLLOW : 0)',
    replace: '(links === "hold" ? 0 : 0)',
  },
  { file: `${local}/real-path-disk.ts`, find: "return await realpath(absolute);", replace: "return absolute;" },
  // The name that a held directory once had.
  {
    file: `${local}/handle-directory.ts`,
    find: "const target = `${this.#place.handle.through}/${name}`;",
    replace: "const target = path;",
  },
  {
    file: `${local}/path-handle.ts`,
    find: "return `/proc/${process.pid}/fd/${this.#handle.fd}`;",
    replace: 'return "/";',
  },
  // Every root a widest one: what leads to it is trusted.
  {
    file: `${local}/roots-in-use.ts`,
    find: "this.#widest.find((each) => wayDown(each, root) !== undefined)",
    replace: "root",
  },
  // What is cut out, and the kernel's own.
  { file: `${local}/real-path-disk.ts`, find: "if (!isInside || !guard.admitsRoot(real))", replace: "if (!isInside)" },
  {
    file: `${local}/guard.ts`,
    find: "if (this.#kept.some(({ identity }) => identity === identityOf(stats))) return false;",
    replace: "",
  },
  { file: `${local}/guard.ts`, find: "return !(await this.#files).has(identityOf(stats));", replace: "return true;" },
  { file: `${local}/guard.ts`, find: "  0x9fa0, // proc", replace: "" },
  { file: `${local}/handle-directory.ts`, find: "if (!stats.isFile()) throw noFile(path, stats);", replace: "" },
  // A neighbour whose name begins as the root's does.
  {
    file: `${local}/real-path-disk.ts`,
    find: "wayDown(root, real) !== undefined",
    replace: "real.startsWith(root)",
  },
  // A tool opens what it is told by itself.
  {
    file: "src/tools/challenge.ts",
    find: 'const facts = cited.length === 0 ? "" :',
    replace:
      'const facts = cited.length === 0 ? "" : (await (await import("node:fs/promises")).readFile(cited[0]?.path ?? "", "utf8").catch(() => "")) +',
  },
  // A directory brings what a file alone would be refused for.
  {
    file: "src/core/workspace/attach-named.ts",
    find: "await attachFiles({ ...this.#source, carried: new Map() }, [path], signal)",
    replace: 'await attachFiles({ ...this.#source, carried: new Map(), secrets: "keep" }, [path], signal)',
  },
  // An address of a server's is compared as it is written, and means another.
  {
    file: "src/core/upstreams/resource-list.ts",
    find: "(!leadsUp(uri) && resources.some((pattern) => matches(pattern, uri)))",
    replace: "resources.some((pattern) => matches(pattern, uri))",
  },
  {
    file: "src/core/upstreams/resource-list.ts",
    find: "const timesDecoded = 3;",
    replace: "const timesDecoded = 0;",
  },
];
