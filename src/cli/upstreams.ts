import { Fault } from "../protocol/fault.ts";
import type { UpstreamView } from "../protocol/upstream-views.ts";
import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { tableText } from "./show/table.ts";

/** The MCP servers behind the daemon: how each is, what it has, and why something is missing; the last lines of one. */
export async function upstreams(shell: Shell, name: string | undefined): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const { upstreams: all } = await client.request("upstream.list", {}, shell.signal);
  const shown = name === undefined ? all : all.filter((view) => view.name === name);
  if (screen.form === "json") for (const view of shown) screen.json(view);
  else if (name !== undefined) for (const view of shown) screen.print(detailText(view));
  else if (all.length === 0) screen.print("no servers: mcpServers in exai.config.json names them");
  else screen.print(tableText(["SERVER", "STATE", "TOOLS", "SESSIONS", "WHY"], all.map(rowOf), screen.width));
  if (name === undefined || shown.length > 0) return EXIT.succeeded;
  const names = all.map((view) => view.name);
  const expected = names.length === 0 ? "one in mcpServers" : `one of ${names.join(", ")}`;
  throw new Fault("input.invalid", `Cannot show server "${name}": none has this name, expected ${expected}`);
}

function rowOf(view: UpstreamView): string[] {
  const { name, tools, left, sessions } = view;
  const count = left.length === 0 ? `${tools.length}` : `${tools.length} (${left.length} not)`;
  return [name, stateOf(view), count, `${sessions}`, reasonOf(view)];
}

/** What the caller's own session says goes before what everybody sees. */
function stateOf({ state, own }: UpstreamView): string {
  const now = own.find((session) => session.state !== "idle");
  return now === undefined || state === "refused" ? state : now.state;
}

function reasonOf({ reason, own }: UpstreamView): string {
  return reason ?? own.find(({ lastFault }) => lastFault !== undefined)?.lastFault?.message ?? "";
}

function detailText(view: UpstreamView): string {
  const { name, kind, tools, prompts, templates, resources, left, own, said } = view;
  const why = reasonOf(view);
  const spoken = own.flatMap(({ protocol }) => (protocol === undefined ? [] : [`, MCP ${protocol}`]));
  return [
    `${name}: ${stateOf(view)} (${kind}${spoken[0] ?? ""})${why === "" ? "" : `: ${why}`}`,
    ...tools.map((tool) => `  ${name}.${tool}`),
    ...prompts.map((prompt) => `  prompt ${name}.${prompt}`),
    ...(resources ? [`  resources at exai://servers/${name}/…`] : []),
    ...templates.map((template) => `  template ${template}`),
    ...left.map((tool) => `  not ${tool.name}: ${tool.reason}`),
    ...said.map((line) => `  said at the start: ${line}`),
    ...own.flatMap((session) => session.said.map((line) => `  said: ${line}`)),
  ].join("\n");
}
