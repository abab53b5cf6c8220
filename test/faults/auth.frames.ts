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
];
