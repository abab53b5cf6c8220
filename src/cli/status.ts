import type { StatusView } from "../protocol/daemon-methods.ts";
import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { confinementText, missingWays } from "./show/confinement-text.ts";
import { bytesText, durationText, tableText } from "./show/table.ts";

/** What the daemon does now; starts none. */
export async function status(shell: Shell): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell, { start: "never" });
  const view = await client.request("status.get", {}, shell.signal);
  if (screen.form === "json") screen.json(view);
  else screen.print(statusText(view, screen.width));
  return EXIT.succeeded;
}

function statusText(view: StatusView, width: number): string {
  const { version, pid, node, uptimeMs, memoryBytes, eventLoopP99Ms, sessions, confinement, pressure } = view;
  const phases = Object.entries(view.phases).map(([phase, count]) => `${count} ${phase}`);
  const permits = Object.entries(view.permits).map(([name, { held, waiting, limit }]) => [
    name,
    `${held} of ${limit}`,
    String(waiting),
  ]);
  return [
    `exai ${version}, process ${pid} on ${node}, up ${durationText(uptimeMs)}`,
    `calls      ${phases.join(", ") || "none"}`,
    `sessions   ${sessions.connected} connected, ${sessions.known} known`,
    `pressure   ${pressure}; memory ${bytesText(memoryBytes)}, event loop p99 ${eventLoopP99Ms.toFixed(1)} ms`,
    ...(view.store === "ok" ? [] : [`store      ${view.store}`]),
    ...providerLines(view),
    `commands   ${confinementText(confinement)}`,
    ...missingWays(confinement).map((line) => `           ${line}`),
    "",
    tableText(["PERMITS", "HELD", "WAITING"], permits, width),
  ].join("\n");
}

/** Those that may be asked now; of those that have their settings also why one may not, or failed lately. */
function providerLines({ providers }: StatusView): string[] {
  const ready = providers.filter((provider) => provider.ready).map(({ name }) => name);
  const told = providers.filter(({ configured, reason }) => configured && reason !== undefined);
  const lines = told.map(
    (provider) => `           ${provider.name} ${provider.ready ? "is" : "is not"} ready: ${provider.reason}`,
  );
  return [`providers  ${ready.join(", ") || "none ready"}`, ...lines];
}
