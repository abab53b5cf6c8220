import { z } from "zod";
import { namedCommand } from "../../../core/processes/commands/command.ts";
import { profiles } from "../../../core/tools/profiles.ts";
import { upstreamServers } from "../../../core/upstreams/server.ts";
import {
  account,
  databaseUrl,
  name,
  names,
  oneOf,
  paths,
  programs,
  seconds,
  structure,
  url,
  whole,
  yesOrNo,
} from "../kinds.ts";
import { setting } from "../setting.ts";

const longest = 604_800;

/** Deadlines: what is inside ends before what is outside. */
export const deadlines = {
  WORKFLOW_TOOL_TIMEOUT_SECS: setting(seconds(1, longest), {
    description: "How long a call of a tool that asks a model may take; a request may ask for less.",
    example: "180",
    default: "180",
  }),
  SIMPLE_TOOL_TIMEOUT_SECS: setting(seconds(1, longest), {
    description: "How long a call of a tool that asks no model may take, commands aside; a request may ask for less.",
    example: "60",
    default: "60",
  }),
  EXPERT_ANALYSIS_TIMEOUT_SECS: setting(seconds(1, longest), {
    description:
      "How long a workflow waits for its expert, retries included; then its steps are kept without one. At most WORKFLOW_TOOL_TIMEOUT_SECS, at least every provider's.",
    example: "150",
    default: "150",
  }),
  KIMI_TIMEOUT_SECS: setting(seconds(1, longest), {
    description:
      "How long Kimi may send nothing, before its answer and within it, until the request is given up; at most EXPERT_ANALYSIS_TIMEOUT_SECS.",
    example: "120",
    default: "120",
  }),
  GLM_TIMEOUT_SECS: setting(seconds(1, longest), {
    description:
      "How long GLM may send nothing, before its answer and within it, until the request is given up; at most EXPERT_ANALYSIS_TIMEOUT_SECS.",
    example: "90",
    default: "90",
  }),
  EXAI_AGENT_TIMEOUT_SECS: setting(seconds(1, longest), {
    description: "How long an agent run may take, all that it starts included; a request may ask for less.",
    example: "1800",
    default: "1800",
  }),
  EXAI_EXEC_TIMEOUT_SECS: setting(seconds(1, longest), {
    description: "How long a command that is not detached may take, where its `timeoutMs` does not say.",
    example: "3600",
    default: "3600",
  }),
} as const;

/** Which tools and commands there are. */
export const tools = {
  TOOL_PROFILE: setting(oneOf(profiles), {
    description:
      "Which tools clients are shown, `lean`, `standard` or `full` (`docs/tools.md`): it is their models that pay for the list. Those not shown may be called all the same.",
    example: "lean",
    default: "standard",
  }),
  ENABLED_TOOLS: setting(names, {
    description:
      "The only tools that there are, shown whatever the profile; every tool where it is empty. `calls` is always there, because late answers are fetched with it.",
    example: "chat,echo",
    default: "",
  }),
  DISABLED_TOOLS: setting(names, {
    description: "Tools that there are not, whatever else is said.",
    example: "exec",
    default: "",
  }),
  EXAI_EXEC_ALLOW: setting(programs, {
    description:
      "Programs that `exec` may start with any arguments, by name or absolute path, `*` for any; the usual commands run without it (`docs/commands.md`).",
    example: "git,npm,/usr/bin/make",
    default: "",
  }),
  EXAI_EXEC_ENV: setting(programs, {
    description:
      "Variables that callers of `exec` may set besides harmless ones (LC_*, LANG, TZ, TERM, COLUMNS, LINES, NO_COLOR, FORCE_COLOR, CI); `*` for any that makes no program load or run something: those have to be named.",
    example: "NODE_ENV,DEBUG",
    default: "",
  }),
  EXAI_EXEC_MIN_CONFINEMENT: setting(oneOf(["A", "B", "C"]), {
    description:
      "The worst way in which commands may run: below it every one is refused. Where it is not set, the owner alone runs what nothing confines (way C), which can read what the daemon's user can; with `C` everybody whose token has the scope exec does.",
    example: "B",
  }),
  EXAI_EXEC_CONFINEMENT: setting(oneOf(["A", "B", "C"]), {
    description:
      "The best way to keep commands in that is used, where it works: `A` a sandbox and a cgroup, `B` a sandbox, `C` the daemon's own user. Otherwise it is the next.",
    example: "B",
  }),
  EXAI_EXEC_READ: setting(paths, {
    description:
      "Directories that confined commands may read besides the system, `/usr`: programs and what they load that lie elsewhere.",
    example: "/opt/node,/home/anna/.nvm/versions",
    default: "",
  }),
  EXAI_EXEC_USER: setting(account, {
    description:
      "Who runs confined commands where the daemon is root; the owner of their directory where it is not set. Root has none of its rights in a sandbox.",
    example: "1000:1000",
  }),
  EXAI_COMMANDS: setting(structure(z.array(namedCommand).max(256), "an array of commands"), {
    description:
      "Commands of your own, as `commands` in `exai.config.json` (`docs/commands.md`). One with the id of a usual command takes its place.",
    example: '[{"id":"deploy","program":"/srv/bin/deploy","arguments":{"operands":[{"kind":{"oneOf":["staging"]}}]}}]',
    default: "[]",
  }),
  EXAI_MCP_SERVERS: setting(structure(upstreamServers, "an object from names to servers"), {
    description:
      "Other MCP servers, whose tools become tools of this daemon, as `mcpServers` in `exai.config.json` (`docs/upstreams.md`).",
    example: '{"files":{"command":"mcp-server-filesystem","args":["/srv/data"]}}',
    default: "{}",
    change: "live",
  }),
} as const;

/** What is kept, and how surely. */
export const keeping = {
  EXAI_DURABILITY: setting(oneOf(["disk", "process"]), {
    description:
      "What an acknowledged call survives: `disk` a power loss, `process` only the daemon's own end. The second is faster.",
    example: "disk",
    default: "disk",
  }),
  EXAI_DATABASE_URL: setting(databaseUrl, {
    description: "A PostgreSQL database to keep everything in, in place of the file in EXAI_HOME.",
    example: "postgres://exai@db.example.org/exai",
  }),
  EXAI_DATA_MAX_BYTES: setting(whole(67_108_864, 1_000_000_000_000_000), {
    description:
      "How much may be kept in all. Beyond it the oldest of whoever holds most goes: ended calls, then conversations; where that makes no room, new work of whoever holds more than an equal share is refused.",
    example: "17179869184",
    default: "17179869184",
  }),
} as const;

/** What the daemon tells about itself. */
export const telling = {
  LOG_LEVEL: setting(oneOf(["trace", "debug", "info", "warn", "error", "fatal", "silent"]), {
    description: "The least important lines that are still logged.",
    example: "info",
    default: "info",
    change: "live",
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(url("http", "https"), {
    description: "Where traces are sent; nowhere where it is not set.",
    example: "http://127.0.0.1:4318",
  }),
  DEFAULT_MODEL: setting(name, {
    description: "The model where a request names none; `auto` leaves it to the routing.",
    example: "auto",
    default: "auto",
    change: "live",
  }),
  DEFAULT_USE_ASSISTANT_MODEL: setting(yesOrNo, {
    description: "Whether a workflow asks an expert model at its end where the request does not say.",
    example: "0",
    default: "1",
  }),
} as const;
