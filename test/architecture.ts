import { type Import, importsOf } from "../scripts/imports.ts";
import { isTest, type Source } from "../scripts/sources.ts";

/** Who may import whom. What a row does not name is forbidden; a file may always import its own folder. */
export interface Layer {
  /** Folders under `src/`; `*` stands for one folder, or one file, of any name: they may not import each other. */
  folders: readonly string[];
  /** Folders and files of ours. */
  ours: readonly string[];
  /** Only by `import()`, and only in files of these names. */
  late?: { files: readonly string[]; ours: readonly string[] };
  /** Modules of Node, without `node:`. */
  node: readonly string[] | "all";
  /** Packages; a scope alone stands for all of it. */
  packages: readonly string[];
}

const ground = ["base", "protocol"];
const leaves = [
  "tenants",
  "fold",
  "store",
  "breaker",
  "budgets",
  "models",
  "processes",
  "workspace",
  "threads",
  "evidence",
  "upstreams",
].map((name) => `core/${name}`);
/** What of Node reaches nothing outside the process. */
const inner = ["async_hooks", "buffer", "crypto", "events", "path", "perf_hooks"];
const groups = { ground, leaves, inner };

const core = { node: inner, packages: ["zod"] };
const belowCalls = [...ground, ...leaves, "core/admission"];
const belowTools = [...belowCalls, "core/calls"];
const belowWork = [...belowTools, "core/tools"];

/** The table. From the inside out: each row rests on those above it. */
export const layers: readonly Layer[] = [
  { folders: ["base"], ours: [], node: ["crypto", "events", "path", "timers"], packages: [] },
  { folders: ["protocol"], ours: [], node: [], packages: ["zod"] },
  { folders: leaves, ours: [...ground, ...leaves], ...core },
  { folders: ["core/admission"], ours: [...ground, ...leaves], ...core },
  { folders: ["core/calls"], ours: belowCalls, ...core },
  { folders: ["core/tools"], ours: belowTools, ...core },
  { folders: ["core/workflows", "core/agents"], ours: belowWork, ...core },
  { folders: ["core/operations"], ours: [...ground, "core"], ...core },
  { folders: ["tools/*"], ours: [...ground, "core"], ...core },
  { folders: ["adapters/store/*"], ours: [...ground, "core/store"], node: "all", packages: ["pg"] },
  { folders: ["adapters/models/sdk"], ours: [...ground, "core/models"], node: "all", packages: ["@ai-sdk", "zod"] },
  // Vendors stand on one ground and not on each other.
  {
    folders: ["adapters/models/*"],
    ours: [...ground, "core/models", "adapters/models/sdk"],
    node: "all",
    packages: ["@ai-sdk", "zod"],
  },
  { folders: ["adapters/processes/*"], ours: [...ground, "core/processes"], node: "all", packages: [] },
  { folders: ["adapters/output/*"], ours: [...ground, "core/processes"], node: "all", packages: [] },
  { folders: ["adapters/bus/*"], ours: [...ground, "core/store"], node: "all", packages: [] },
  { folders: ["adapters/machine"], ours: [...ground, "core/admission"], node: "all", packages: [] },
  { folders: ["adapters/workspace/*"], ours: [...ground, "core/workspace"], node: "all", packages: [] },
  // Parsers of programming languages.
  { folders: ["adapters/code/*"], ours: [...ground, "core/evidence"], node: "all", packages: ["@babel"] },
  {
    folders: ["adapters/upstreams/*"],
    ours: [...ground, "core/upstreams", "core/processes"],
    node: "all",
    packages: ["@modelcontextprotocol", "zod"],
  },
  // What is written over HTTP, whichever gateway answers.
  { folders: ["gateways/answers"], ours: ground, node: [...inner, "http", "stream"], packages: [] },
  {
    folders: ["gateways/websocket"],
    ours: [...ground, "core", "gateways/answers"],
    node: [...inner, "http", "stream"],
    packages: ["ws"],
  },
  {
    folders: ["gateways/http"],
    ours: [...ground, "core", "gateways/answers"],
    node: [...inner, "http", "https", "net", "stream", "tls", "url"],
    packages: ["zod"],
  },
  {
    folders: ["gateways/mcp"],
    ours: [...ground, "core", "gateways/answers"],
    node: [...inner, "http"],
    packages: ["@modelcontextprotocol", "zod"],
  },
  {
    folders: ["daemon"],
    ours: [...ground, "core", "tools", "adapters", "gateways"],
    node: "all",
    packages: ["pino", "prom-client", "@opentelemetry", "zod"],
  },
  { folders: ["client"], ours: ["protocol"], node: [], packages: [] },
  {
    folders: ["cli"],
    ours: [...ground, "client"],
    late: { files: ["serve.ts", "doctor.ts", "mcp.ts"], ours: ["daemon"] },
    node: "all",
    packages: ["commander", "ws", "@modelcontextprotocol"],
  },
];

/** Every import of the product that the table forbids, in a sentence each. */
export function violationsIn(sources: readonly Source[]): string[] {
  const product = sources.filter((source) => !isTest(source.path));
  if (product.length === 0) throw new Error("Cannot check the imports: found no file of the product");
  return product.flatMap((source) => {
    const home = homeOf(source.path);
    if (home === undefined) return [`${source.path} lies in a folder that no row of the table names`];
    const forbidden = importsOf(source).filter((each) => !isAllowed(each, home));
    return forbidden.map((each) => `${each.from} imports ${each.to}${each.dynamic ? " by import()" : ""}`);
  });
}

/** The table as ARCHITECTURE.md quotes it, its groups named first. */
export function tableOf(rows: readonly Layer[]): string {
  const legend = Object.entries(groups).map(([name, members]) => `*${name}* = ${code(members)}`);
  const lines = rows.map((row) => {
    const { folders, ours, late, node, packages } = row;
    const lately = late === undefined ? "" : `; ${code(late.ours)} by \`import()\` in ${code(late.files)}`;
    return `| ${named(folders)} | ${named(ours)}${lately} | ${node === "all" ? "all" : named(node)} | ${code(packages)} |`;
  });
  return [`${legend.join(" · ")}\n`, "| in | of ours | of Node | packages |", "|---|---|---|---|", ...lines, ""].join(
    "\n",
  );
}

function named(names: readonly string[]): string {
  const whole = Object.entries(groups).filter(([, members]) => members.every((member) => names.includes(member)));
  const rest = names.filter((name) => !whole.some(([, members]) => members.includes(name)));
  return [...whole.map(([group]) => `*${group}*`), ...rest.map((name) => code([name]))].join(" ");
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(" ");
}

interface Home {
  layer: Layer;
  /** The folder (or file) that is the importer's own. */
  own: string;
}

function homeOf(path: string): Home | undefined {
  const parts = path.split("/").slice(1);
  for (const layer of layers) {
    for (const folder of layer.folders) {
      const wanted = folder.split("/");
      if (parts.length < wanted.length || (parts.length === wanted.length && !folder.endsWith("*"))) continue;
      if (wanted.every((part, index) => part === "*" || part === parts[index]))
        return { layer, own: parts.slice(0, wanted.length).join("/") };
    }
  }
  return undefined;
}

function isAllowed(each: Import, { layer, own }: Home): boolean {
  if (each.to.startsWith("node:"))
    return layer.node === "all" || layer.node.includes(each.to.slice("node:".length).split("/")[0] ?? "");
  if (!each.to.startsWith("src/")) return layer.packages.some((name) => isWithin(each.to, name));
  const to = each.to.slice("src/".length);
  if (isTest(to)) return false;
  const late = each.dynamic && layer.late?.files.some((file) => each.from.endsWith(`/${file}`)) === true;
  const ours = late ? [...layer.ours, ...(layer.late?.ours ?? [])] : layer.ours;
  return [own, ...ours].some((folder) => isWithin(to, folder));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
