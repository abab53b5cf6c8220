import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sections } from "../src/daemon/config/declared/declared.ts";
import { given, retired } from "../src/daemon/config/declared/retired.ts";
import type { Setting } from "../src/daemon/config/setting.ts";

// Writes docs/settings.md from the declared settings: `node scripts/settings-docs.ts`.
export const settingsPagePath = join(import.meta.dirname, "../docs/settings.md");

const opening = `# Settings

Made from \`src/daemon/config/declared/\` by \`node scripts/settings-docs.ts\`; a test holds it to that.

A setting is taken from the first place that names it:

1. the environment,
2. \`EXAI_HOME/.env\`, one \`NAME=value\` a line; a comment begins where a line does or behind a space,
3. \`EXAI_HOME/exai.config.json\`: one object, \`{ "EXAI_WS_PORT": 8079, "EXAI_ROOTS": ["/srv/data"] }\`.

The working directory is never looked at: what lies in a repository sets nothing. An empty value counts as none.
All settings are checked at the start, together, and everything that is wrong is told at once; a name that does
nothing is told too. Settings marked *live* are taken over by \`exai reload\`, the others by the next start.

Times nest, so that what is inside ends before what is outside: each provider's is at most
EXPERT_ANALYSIS_TIMEOUT_SECS, and that is at most WORKFLOW_TOOL_TIMEOUT_SECS. Equal is allowed; anything else stops
the start.
`;

/** The whole page. */
export function settingsPage(): string {
  const parts = sections.map(({ title, settings }) => [
    `## ${title}`,
    table(
      ["name", "what it does", "expected", "default"],
      Object.entries(settings).map(([name, setting]) => row(name, setting)),
    ),
  ]);
  return [
    opening.trimEnd(),
    ...parts.flat(),
    "## Given to commands",
    table(
      ["name", "what it is"],
      Object.entries(given).map(([name, what]) => [code(name), what]),
    ),
    "## Names that do nothing any more",
    table(
      ["name", "in its place"],
      Object.entries(retired).map(([name, instead]) => [code(name), instead]),
    ),
  ]
    .join("\n\n")
    .concat("\n");
}

function row(name: string, setting: Setting): string[] {
  const names = [name, ...setting.aliases].map(code).join("<br>");
  const marks = [
    setting.change === "live" ? "*Live.*" : "",
    setting.kind.written === "never" ? "*Never printed.*" : "",
  ];
  const described = [setting.description, ...marks].filter(Boolean).join(" ");
  const rule = `${setting.kind.rule}<br>${code(setting.example)}`;
  return [names, described, rule, setting.defaultText === undefined ? "" : code(setting.defaultText)];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), `|${"---|".repeat(heads.length)}`, ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

if (import.meta.main) writeFileSync(settingsPagePath, settingsPage());
