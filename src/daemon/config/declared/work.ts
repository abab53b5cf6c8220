import { databaseUrl, name, names, oneOf, programs, seconds, url, whole } from "../kinds.ts";
import { setting } from "../setting.ts";

const longest = 604_800;

/** Deadlines: what is inside ends before what is outside. */
export const deadlines = {
  WORKFLOW_TOOL_TIMEOUT_SECS: setting(seconds(1, longest), {
    description: "The deadline of tools that ask a model. Daemon, shim and client wait 1.5, 2 and 2.5 times as long.",
    example: "180",
    default: "180",
  }),
  SIMPLE_TOOL_TIMEOUT_SECS: setting(seconds(1, longest), {
    description: "The deadline of tools that ask no model.",
    example: "60",
    default: "60",
  }),
  EXPERT_ANALYSIS_TIMEOUT_SECS: setting(seconds(1, longest), {
    description:
      "How long the expert at the end of a workflow may take; at most WORKFLOW_TOOL_TIMEOUT_SECS, at least every provider's.",
    example: "150",
    default: "150",
  }),
  KIMI_TIMEOUT_SECS: setting(seconds(1, longest), {
    description: "How long one request to this provider may take; at most EXPERT_ANALYSIS_TIMEOUT_SECS.",
    example: "120",
    default: "120",
  }),
  GLM_TIMEOUT_SECS: setting(seconds(1, longest), {
    description: "How long one request to this provider may take; at most EXPERT_ANALYSIS_TIMEOUT_SECS.",
    example: "90",
    default: "90",
  }),
  EXAI_EXEC_TIMEOUT_SECS: setting(seconds(1, longest), {
    description: "The deadline of a command that is not detached.",
    example: "3600",
    default: "3600",
  }),
} as const;

/** Which tools and commands there are. */
export const tools = {
  ENABLED_TOOLS: setting(names, {
    description: "The only tools that there are; every tool where it is empty.",
    example: "chat,echo",
    default: "",
  }),
  DISABLED_TOOLS: setting(names, {
    description: "Tools that there are not.",
    example: "exec",
    default: "",
  }),
  EXAI_EXEC_ALLOW: setting(programs, {
    description: "Programs that `exec` may start, by name or absolute path, `*` for any; none where it is empty.",
    example: "git,npm,/usr/bin/make",
    default: "",
  }),
  EXAI_EXEC_MIN_CONFINEMENT: setting(oneOf(["C"]), {
    description:
      "Commands have the daemon's own user here (way C), so they are for the owner alone; `C` lets every token with the scope exec run them.",
    example: "C",
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
    description: "How much may be kept in all; the oldest ended calls go first, then new work is refused.",
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
  }),
} as const;
