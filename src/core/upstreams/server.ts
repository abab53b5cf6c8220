import { z } from "zod";
import { refusedPort } from "../../base/refused-port.ts";
import { absolutePath, confinedProgram, programName, treeLimits, variableName } from "../processes/confined-program.ts";

const milliseconds = z.int().min(1).max(604_800_000);
/** A name of its tools; `*` stands for any run of characters. */
const toolPatterns = z.array(z.string().min(1).max(128)).max(256);
/** A name of its prompts, or an address of its resources. */
const readPatterns = z.array(z.string().min(1).max(2048)).max(256);
const text = z.string().max(32_768);

/** What every server may say, whichever way it is reached. */
const common = {
  /** It stays in the settings, and there is none. */
  disabled: z.boolean().default(false),
  /** Shown beside the titles of its tools. */
  title: z.string().max(100).optional(),
  /** Which of its tools there are; all where it is absent. */
  tools: toolPatterns.optional(),
  /** Which of its prompts there are; all where it is absent, none where it is empty. */
  prompts: readPatterns.optional(),
  /** Addresses of its resources that may be read; all where it is absent, none where it is empty. */
  resources: readPatterns.optional(),
  /** Tools for which you vouch that they change nothing: after a crash they are asked again. */
  readOnly: toolPatterns.default([]),
  /** Tools of which the same request twice may be one: for 600 s a success answers it. */
  idempotent: toolPatterns.default([]),
  /** Who may use it: the owner alone where its users would share credentials or directories. */
  for: z.enum(["owner", "everybody"]).optional(),
  /** How long a call of it may take; `WORKFLOW_TOOL_TIMEOUT_SECS` where it does not say. */
  timeoutMs: milliseconds.optional(),
  /** How long it may take to start and to say what it has. */
  startMs: milliseconds.default(30_000),
  /** A session that nobody uses ends after so long. */
  idleMs: milliseconds.default(300_000),
  /** Calls of one session at once. With more than one, an older server's questions cannot be told apart. */
  calls: z.int().min(1).max(256).default(8),
  /** Sessions at once: one a principal. */
  sessions: z.int().min(1).max(1024).default(16),
  /** The longest message that is taken from it. */
  maxBytes: z.int().min(65_536).max(67_108_864).default(8_388_608),
  /** The revision that it speaks, where asking it does not tell. */
  protocol: z.enum(["auto", "2025-11-25", "2026-07-28"]).default("auto"),
} as const;

/** A program that speaks MCP over its standard input and output. */
const program = z.strictObject({
  ...common,
  type: z.literal("stdio").optional(),
  /** A bare name, found along `PATH` of `env` or the daemon's path for commands, or an absolute path. */
  command: programName,
  args: z.array(z.string().max(32_768)).max(256).default([]),
  /** `${NAME}` in a value of `env` stands for the daemon's own variable of that name. */
  ...confinedProgram,
  /** Where it begins: in one of its directories. The first of them where it is absent. */
  cwd: absolutePath.optional(),
  limits: z.strictObject(treeLimits).default({}),
});
/** A server that the daemon starts, one process for each of its users. */
export type ProgramServer = z.output<typeof program>;

/** An address that is asked by `fetch`; whom it is asked as stands elsewhere. */
const asked = z
  .url({ protocol: /^https?$/ })
  .refine(isBare, "expected a URL without a user name or password")
  .refine(mayBeFetched, "expected a URL on no port that is another protocol's (such as 9 or 6000)");

/** A server that is reached by Streamable HTTP. */
const address = z.strictObject({
  ...common,
  type: z.enum(["http", "streamable-http"]).optional(),
  url: asked,
  /** `${NAME}` in a value stands for the daemon's own variable of that name. */
  headers: z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,128}$/), text.regex(/^[\t -~]*$/)).default({}),
  /** The daemon's own variable that holds its bearer token. */
  token: variableName.optional(),
  /** The client-credentials grant of OAuth, where tokens are asked for. */
  oauth: z
    .strictObject({
      /** The authorization server that knows the client: the secret is sent to no other. */
      issuer: asked,
      clientId: z.string().min(1).max(1024),
      /** The daemon's own variable that holds the client's secret. */
      secret: variableName,
      /** What is asked for, separated by spaces; what the server asks for where it is absent. */
      scope: z.string().max(4096).optional(),
    })
    .optional(),
});
/** A server that runs elsewhere and is reached by its address. */
export type AddressServer = z.output<typeof address>;

/** A server of the settings, under the name that its tools begin with. */
export type UpstreamServer = (ProgramServer | AddressServer) & { name: string };

/** `mcpServers` of `exai.config.json`, as other clients of MCP write it. */
export const upstreamServers = z
  .record(
    z.string().regex(/^[A-Za-z0-9][\w-]{0,31}$/, "expected a name of letters, digits, _ and -"),
    z.union([
      program,
      address.refine(
        ({ token, oauth }) => token === undefined || oauth === undefined,
        "expected token or oauth, not both",
      ),
    ]),
  )
  .refine((servers) => Object.keys(servers).length <= 64, "expected at most 64 servers")
  .transform((servers): UpstreamServer[] => Object.entries(servers).map(([name, server]) => ({ name, ...server })));

/** By its fields: `type` may be absent. */
export function isProgram(server: UpstreamServer): server is ProgramServer & { name: string } {
  return "command" in server;
}

function isBare(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.username === "" && parsed.password === "";
}

function mayBeFetched(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && refusedPort(parsed) === undefined;
}
