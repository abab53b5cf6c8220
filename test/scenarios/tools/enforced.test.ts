import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { startDaemon } from "../../support/daemon.ts";
import { gateways } from "./gateways.ts";
import { personOf } from "./people.ts";

promise(
  "auth.commands",
  "over every gateway, what is turned off, outside the token's patterns or its scopes is refused at every call, however it is spelled",
  async () => {
    await using daemon = await startDaemon({ env: { DISABLED_TOOLS: "consensus", TOOL_PROFILE: "lean" } });
    const grant = { scopes: ["tools"], tools: ["echo*", "exec", "consensus"] };
    const door = await personOf(daemon, "ada", grant);
    for (const [gateway, call] of Object.entries(gateways)) {
      for (const name of ["consensus", "consensus_EXAI-WS"])
        expect(await call(door, name, { prompt: "?", models: [] }), gateway).toContain("tool.disabled");
      for (const name of ["mcp__exai__chat", "chat_EXAI-WS-VSCode1", "status", "exec"])
        expect(await call(door, name, { argv: ["true"] }), `${gateway}, ${name}`).toContain("auth.scope");
      // The profile shapes a list and takes nothing away.
      expect(await call(door, "echo", { text: "let through" }), gateway).toContain("let through");
    }
  },
);

promise(
  "say.faults",
  "over every gateway, a removed name says what replaces it, and one that a client altered means its tool",
  async () => {
    await using daemon = await startDaemon();
    const replaced = {
      smart_file_query: "`chat` with `files`",
      "kimi_upload_files_EXAI-WS": "`chat` with `files`",
      glm_anything: "`chat` with",
      clink: "named command",
      apilookup: "use_websearch",
    };
    for (const [gateway, call] of Object.entries(gateways)) {
      for (const [name, instead] of Object.entries(replaced))
        expect(await call(daemon, name, {}), `${gateway}, ${name}`).toContain(instead);
      const said = await call(daemon, "echo_EXAI-WS-VSCode1", { text: "hello" });
      expect(said, gateway).toContain("hello");
      expect(said, gateway).toContain('"tool":"echo"');
    }
  },
);
