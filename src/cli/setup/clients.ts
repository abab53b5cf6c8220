import { join } from "node:path";

/** Where files of this user's programs lie. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How a client starts us. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface SetupClient {
  /** What one calls it on the command line. */
  readonly name: string;
  readonly title: string;
  readonly format: "json" | "toml";
  /** Its own configuration, of this user. */
  file(at: Surroundings): string;
  /** The table of its file that holds servers by name. */
  readonly servers: string;
  entry(server: ServerCommand): Readonly<Record<string, unknown>>;
}

const inHome =
  (...path: readonly string[]) =>
  ({ home }: Surroundings) =>
    join(home, ...path);

const inConfig =
  (...path: readonly string[]) =>
  ({ home, env }: Surroundings) =>
    join(env["XDG_CONFIG_HOME"] || join(home, ".config"), ...path);

/** Where programs with windows keep what is theirs. */
const inApplications =
  (...path: readonly string[]) =>
  (at: Surroundings) => {
    if (at.platform === "darwin") return join(at.home, "Library", "Application Support", ...path);
    if (at.platform === "win32") return join(at.env["APPDATA"] ?? join(at.home, "AppData", "Roaming"), ...path);
    return inConfig(...path)(at);
  };

const plain = ({ command, args, env }: ServerCommand) => ({
  command,
  args,
  ...(Object.keys(env).length > 0 && { env }),
});
const typed = (server: ServerCommand) => ({ type: "stdio", ...plain(server) });
const usual = { format: "json", servers: "mcpServers", entry: plain } as const;

/** Every client whose configuration is known, as data: a new one is a row. */
export const clients: readonly SetupClient[] = [
  { ...usual, name: "claude", title: "Claude Code", file: claudeFile, entry: typed },
  {
    ...usual,
    name: "claude-desktop",
    title: "Claude Desktop",
    file: inApplications("Claude", "claude_desktop_config.json"),
  },
  { ...usual, name: "codex", title: "Codex", format: "toml", servers: "mcp_servers", file: codexFile },
  { ...usual, name: "cursor", title: "Cursor", file: inHome(".cursor", "mcp.json") },
  {
    ...usual,
    name: "vscode",
    title: "VS Code",
    file: inApplications("Code", "User", "mcp.json"),
    servers: "servers",
    entry: typed,
  },
  { ...usual, name: "gemini", title: "Gemini CLI", file: inHome(".gemini", "settings.json") },
  { ...usual, name: "windsurf", title: "Windsurf", file: inHome(".codeium", "windsurf", "mcp_config.json") },
  { ...usual, name: "augment", title: "Augment", file: inHome(".augment", "settings.json") },
  {
    ...usual,
    name: "copilot",
    title: "Copilot CLI",
    file: inHome(".copilot", "mcp-config.json"),
    entry: (server) => ({ type: "local", ...plain(server), tools: ["*"] }),
  },
  { ...usual, name: "kiro", title: "Kiro", file: inHome(".kiro", "settings", "mcp.json") },
  { ...usual, name: "qwen", title: "Qwen Code", file: inHome(".qwen", "settings.json") },
  {
    ...usual,
    name: "opencode",
    title: "OpenCode",
    file: inConfig("opencode", "opencode.json"),
    servers: "mcp",
    entry: ({ command, args, env }) => ({
      type: "local",
      command: [command, ...args],
      enabled: true,
      ...(Object.keys(env).length > 0 && { environment: env }),
    }),
  },
  { ...usual, name: "zed", title: "Zed", file: inConfig("zed", "settings.json"), servers: "context_servers" },
];

function claudeFile({ home, env }: Surroundings): string {
  return join(env["CLAUDE_CONFIG_DIR"] || home, ".claude.json");
}

function codexFile({ home, env }: Surroundings): string {
  return join(env["CODEX_HOME"] || join(home, ".codex"), "config.toml");
}
