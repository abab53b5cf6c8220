import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { notebook } from "./notebook.ts";

// The notebook on standard input and output; "older" speaks 2025-11-25 alone, as a server of that time does.
process.stderr.write("the notebook is open\n");
serveStdio(() => notebook(), { legacy: process.argv[2] === "newer" ? "reject" : "serve" });
