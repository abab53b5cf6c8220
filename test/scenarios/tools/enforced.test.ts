import { describe, expect } from "vitest";
import { promise } from "../../promise.ts";
import { startDaemon } from "../../support/daemon.ts";
import { gateways } from "./gateways.ts";
import { personOf } from "./people.ts";

const patientMs = 60_000;

describe.each(Object.entries(gateways))("over %s", (_name, call) => {
  promise(
    "auth.commands",
    "what is turned off, outside the token's patterns or its scopes is refused at every call, however it is spelled",
    async () => {
      await using daemon = await startDaemon({ env: { DISABLED_TOOLS: "consensus", TOOL_PROFILE: "lean" } });
      const door = await personOf(daemon, "ada", { scopes: ["tools"], tools: ["echo*", "exec", "consensus"] });
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
