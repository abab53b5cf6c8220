import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/gateways/http/listener.ts",
    find: "      if (socket.bytesRead === before) socket.destroy();\n",
    replace: "",
  },
  {
    file: "src/gateways/http/listener.ts",
    find: "    this.#server.maxConnections = parts.settings.maxConnections;\n",
    replace: "",
  },
  { file: "src/gateways/http/listener.ts", find: '    this.#server.on("clientError", refuseGarbage);\n', replace: "" },
  {
    file: "src/gateways/http/body.ts",
    find: "if (isDeeperThan(text, maxJsonDepth))",
    replace: "if (text === undefined)",
  },
  { file: "src/gateways/http/body.ts", find: "if (length <= maxBytes) {", replace: "if (length >= 0) {" },
  // Everything is read for a reader that takes nothing.
  {
    file: "src/gateways/http/pump.ts",
    find: 'if (text !== "" && !response.write(text)) await once(response, "drain", { signal });',
    replace: 'if (text !== "") response.write(text);',
  },
  // A frame is parsed however deep it is.
  {
    file: "src/gateways/websocket/request-frame.ts",
    find: "if (isDeeperThan(text, maxJsonDepth))",
    replace: "if (text === undefined)",
  },
  // A stranger may take its time.
  {
    file: "src/gateways/websocket/opening.ts",
    find: "export const openMs = 5000;",
    replace: "export const openMs = 5_000_000;",
  },
  // A flood is read as fast as it comes.
  {
    file: "src/gateways/websocket/intake.ts",
    find: "if (!this.#isPaused && load >= 1) {",
    replace: "if (!this.#isPaused && load >= 1e9) {",
  },
  // Refusals are all that a flood gets.
  {
    file: "src/gateways/websocket/flood.ts",
    find: "return strikes.count > maxStrikes;",
    replace: "return strikes.count < 0;",
  },
];
