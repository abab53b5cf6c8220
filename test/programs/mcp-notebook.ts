import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { notebook } from "../support/upstreams/notebook.ts";

// The notebook on standard input and output; of both eras.
process.stderr.write("the notebook is open\n");
serveStdio(() => notebook());
