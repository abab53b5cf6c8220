import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../protocol/fault.ts";
import { EXIT } from "./exit-codes.ts";
import { daemonFindings } from "./findings/daemon-findings.ts";
import type { Finding } from "./findings/finding.ts";
import { homeOf } from "./reach/home.ts";
import { lookAtHome } from "./reach/make-home.ts";
import type { Shell } from "./shell.ts";
import type { Screen } from "./show/screen.ts";
import { ownCommand, ownVersion } from "./version.ts";

const oldestNode = 24;

const platforms: Readonly<Record<string, string>> = {
  linux: "Linux: supported",
  darwin: "macOS: supported by smaller means: a command is ended with its process group, and nothing confines it",
  win32: "Windows: not supported by itself, expected WSL",
};

/** Looks at everything that can be wrong, starts nothing, and says of each what it is. 1 where something is wrong. */
export async function doctor(shell: Shell): Promise<number> {
  const findings = [
    nodeFinding(),
    platformFinding(),
    ...(await folderFindings(homeOf(shell.env))),
    ...(await settingFindings(shell)),
    ...(await daemonFindings(shell)),
  ];
  for (const finding of findings) show(shell.screen, finding);
  return findings.some(({ state }) => state === "wrong") ? EXIT.failed : EXIT.succeeded;
}

function show(screen: Screen, finding: Finding): void {
  const { state, about, text } = finding;
  if (screen.form === "json") screen.json(finding);
  else {
    const mark = { fine: screen.good("✓"), note: screen.warning("·"), wrong: screen.bad("✗") }[state];
    screen.print(`${mark} ${about.padEnd(9)} ${text}`);
  }
}

function nodeFinding(): Finding {
  const { node } = process.versions;
  const isFine = Number.parseInt(node, 10) >= oldestNode;
  const text = `Node ${node}, exai ${ownVersion()}`;
  return isFine
    ? { state: "fine", about: "node", text }
    : { state: "wrong", about: "node", text: `${text}: expected Node ${oldestNode} or later` };
}

function platformFinding(): Finding {
  const { platform } = process;
  const text = platforms[platform] ?? `${platform}: nobody has tried, expected Linux`;
  return { state: platform === "linux" ? "fine" : platform === "darwin" ? "note" : "wrong", about: "platform", text };
}

/** The folder and the token in it are for their owner alone. */
async function folderFindings(home: string): Promise<Finding[]> {
  try {
    await lookAtHome(home);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [{ state: "wrong", about: "home", text: error.message }];
  }
  const mode = await modeOf(home);
  if (mode === undefined)
    return [{ state: "note", about: "home", text: `${home} is not there; a first start makes it` }];
  const token = join(home, "owner.token");
  return [
    permissionFinding("home", home, { mode, expected: "700" }),
    permissionFinding("token", token, { mode: await modeOf(token), expected: "600" }),
  ];
}

function permissionFinding(
  about: string,
  path: string,
  { mode, expected }: { mode: number | undefined; expected: string },
): Finding {
  if (mode === undefined) return { state: "note", about, text: `${path} is not there; a first start makes it` };
  const isPrivate = (mode & 0o077) === 0;
  if (isPrivate) return { state: "fine", about, text: path };
  return { state: "wrong", about, text: `${path} is open to others: chmod ${expected} ${path}` };
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** As a daemon that is started from here would read them; one that runs may have others. */
async function settingFindings({ env }: Shell): Promise<Finding[]> {
  const { readSettings } = await import("../daemon/read-settings.ts");
  try {
    const { notices, settings } = readSettings(env);
    const told = notices.map((text): Finding => ({ state: "note", about: "settings", text }));
    const order = "those of a daemon started from here are in order";
    return [
      ...told,
      ...(told.length === 0 ? [{ state: "fine", about: "settings", text: order } as const] : []),
      commandFinding(settings.tools.commands),
      ...settings.tools.upstreams.flatMap(grantFindings),
    ];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [{ state: "wrong", about: "settings", text: error.message }];
  }
}

function commandFinding(commands: readonly string[]): Finding {
  const about = "commands";
  if (commands.length > 0)
    return { state: "fine", about, text: `a daemon started from here would allow ${commands.join(", ")}` };
  const text = `a daemon started from here would allow the usual ones (\`${ownCommand} commands\`): EXAI_EXEC_ALLOW names no program`;
  return { state: "note", about, text };
}

/** Of a server behind the daemon: what a token of its is good for is for the user to say. */
function grantFindings({
  name,
  oauth,
}: {
  name: string;
  oauth?: { scope?: string | undefined } | undefined;
}): Finding[] {
  if (oauth === undefined || oauth.scope !== undefined) return [];
  const fact = `mcpServers.${name} has oauth without a scope, so the server itself says what its token is asked for`;
  return [{ state: "note", about: "servers", text: `${fact}: name the scope that you mean` }];
}
