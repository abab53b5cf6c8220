import type { Command } from "commander";
import type { LogsOptions } from "./logs.ts";
import type { McpOptions } from "./mcp.ts";
import { severalOf, whole } from "./options.ts";
import type { SetupOptions } from "./setup.ts";
import type { Common, Runner } from "./shell.ts";
import type { Grouping, SpendOptions } from "./spend.ts";
import type { StopOptions } from "./stop.ts";

// Known before the protocol's schemas are loaded.
const groupings = ["day", "principal", "tool", "model"] as const satisfies readonly Grouping[];

/** The daemon as a whole. */
export function declareDaemon(program: Command, run: Runner): void {
  program
    .command("serve")
    .description("run the daemon in the foreground")
    .action(() => run({}, async () => (await import("./serve.ts")).serve()));
  program
    .command("mcp")
    .description("speak MCP on stdin and stdout, for a client that starts its servers")
    .option("--standalone", "without a daemon: everything in this process")
    .action((options: McpOptions) => run({}, async (shell) => (await import("./mcp.ts")).mcp(shell, options)));
  program
    .command("setup [client]")
    .description("make a client start exai as its MCP server; without one, list them")
    .option("--print", "only show what belongs into its file")
    .option("--yes", "write without asking")
    .option("--undo", "take it back")
    .option("--json", "of the list, one client a line")
    .action((client: string | undefined, options: SetupOptions & Common) =>
      run(options, async (shell) => (await import("./setup.ts")).setup(shell, client, options)),
    );
  declareLooking(program, run);
  declareSteering(program, run);
}

function declareLooking(program: Command, run: Runner): void {
  program
    .command("status")
    .description("what the daemon does now")
    .option("--json", "everything it tells")
    .action((options: Common) => run(options, async (shell) => (await import("./status.ts")).status(shell)));
  program
    .command("models")
    .description("which models there are, and why one is not ready")
    .option("--json", "one model a line")
    .action((options: Common) => run(options, async (shell) => (await import("./models.ts")).models(shell)));
  program
    .command("upstreams [server]")
    .description("the MCP servers behind the daemon, or one of them with its tools and last lines")
    .option("--json", "one server a line")
    .action((server: string | undefined, options: Common) =>
      run(options, async (shell) => (await import("./upstreams.ts")).upstreams(shell, server)),
    );
  program
    .command("spend")
    .description("what models cost, by day, principal, tool and model")
    .option("--days <count>", "how far back", whole, 30)
    .option("--by <what>", `only by ${groupings.join(", ")}; may be repeated`, severalOf(groupings))
    .option("--json", "one row a line")
    .action((options: SpendOptions & Common) =>
      run(options, async (shell) => (await import("./spend.ts")).spend(shell, options)),
    );
  program
    .command("doctor")
    .description("look for what is wrong, and say what to do")
    .option("--json", "one finding a line")
    .action((options: Common) => run(options, async (shell) => (await import("./doctor.ts")).doctor(shell)));
  program
    .command("logs")
    .description("the daemon's log")
    .option("-f, --follow", "go on as it grows")
    .option("-n, --lines <count>", "how many of the last lines", whole, 50)
    .option("--json", "the lines as they are")
    .action((options: LogsOptions & Common) =>
      run(options, async (shell) => (await import("./logs.ts")).logs(shell, options)),
    );
}

function declareSteering(program: Command, run: Runner): void {
  program
    .command("stop")
    .description("stop the daemon; calls that run may finish")
    .option("--now", "end them instead")
    .action((options: StopOptions) => run({}, async (shell) => (await import("./stop.ts")).stop(shell, options)));
  program
    .command("restart")
    .description("stop the daemon and start it in the background")
    .action(() => run({}, async (shell) => (await import("./restart.ts")).restart(shell)));
  program
    .command("reload")
    .description("take the settings anew, all or none")
    .option("--json", "what changed")
    .action((options: Common) => run(options, async (shell) => (await import("./reload.ts")).reload(shell)));
  program
    .command("backup <file>")
    .description("write a consistent copy of the store while it is used")
    .option("--json", "the file and its size")
    .action((file: string, options: Common) =>
      run(options, async (shell) => (await import("./backup.ts")).backup(shell, file)),
    );
}
