import { describe, expect } from "vitest";
import { promise } from "../../promise.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { ask, type Door } from "../http-door.ts";
import { gateways } from "./gateways.ts";

const patientMs = 60_000;

/** A token of another principal that may do only this. */
async function narrowed(daemon: DaemonProcess, grant: { scopes?: string[]; tools?: string[] }): Promise<Door> {
  const post = async (path: string, body: object): Promise<Record<string, string>> =>
    (await (await ask(daemon, path, { method: "POST", body: JSON.stringify(body) })).json()) as Record<string, string>;
  const { id: principal } = await post("/api/v1/principals", { name: "ada" });
  const { token = "" } = await post("/api/v1/tokens", { name: "ada", principal, ...grant });
  return { url: daemon.url, token };
}

describe.each(Object.entries(gateways))("over %s", (_name, call) => {
  promise(
    "auth.commands",
    "what is turned off, outside the token's patterns or its scopes is refused at every call, however it is spelled",
    async () => {
      await using daemon = await startDaemon({ env: { DISABLED_TOOLS: "consensus", TOOL_PROFILE: "lean" } });
      const door = await narrowed(daemon, { scopes: ["tools"], tools: ["echo*", "exec", "consensus"] });
      for (const name of ["consensus", "consensus_EXAI-WS"])
        expect(await call(door, name, { prompt: "?", models: [] })).toContain("tool.disabled");
      for (const name of ["chat", "mcp__exai__chat", "chat_EXAI-WS-VSCode1", "status", "exec"])
        expect(await call(door, name, { argv: ["true"] }), name).toContain("auth.scope");
      // The profile shapes a list and takes nothing away.
      expect(await call(door, "echo", { text: "let through" })).toContain("let through");
    },
    patientMs,
  );

  promise(
    "say.faults",
    "a removed name says what replaces it, and one that a client altered means its tool",
    async () => {
      await using daemon = await startDaemon();
      expect(await call(daemon, "smart_file_query", {})).toContain("`chat` with `files`");
      expect(await call(daemon, "kimi_upload_files_EXAI-WS", {})).toContain("`chat` with `files`");
      expect(await call(daemon, "glm_anything", {})).toContain("`chat` with");
      expect(await call(daemon, "clink", {})).toContain("named command");
      expect(await call(daemon, "apilookup", {})).toContain("use_websearch");
      const said = await call(daemon, "echo_EXAI-WS-VSCode1", { text: "hello" });
      expect(said).toContain("hello");
      expect(said).toContain('"tool":"echo"');
    },
    patientMs,
  );
});
