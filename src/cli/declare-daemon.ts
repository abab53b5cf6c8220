import type { Command } from "commander";
import type { Does } from "./action.ts";
import { severalOf, whole } from "./options.ts";
import type { Grouping } from "./spend.ts";

// Known before the protocol's schemas are loaded.
const groupings = ["day", "principal", "tool", "model"] as const satisfies readonly Grouping[];

/** The daemon as a whole. */
export function declareDaemon(program: Command, does: Does): void {
  program
    .command("serve")
    .description("run the daemon in the foreground")
    .action(does(async () => (await import("./serve.ts")).serve));
  program
    .command("mcp")
    .description("speak MCP on stdin and stdout, for a client that starts its servers")
    .option("--standalone", "without a daemon: everything in this process")
    .action(does(async () => (await import("./mcp.ts")).mcp));
  program
    .command("setup [client]")
    .description("make a client start exai as its MCP server; without one, list them")
    .option("--print", "only show what belongs into its file")
    .option("--yes", "write without asking")
    .option("--undo", "take it back")
    .option("--json", "of the list, one client a line")
    .action(does(async () => (await import("./setup.ts")).setup));
  declareLooking(program, does);
  declareSteering(program, does);
}

function declareLooking(program: Command, does: Does): void {
  program
    .command("status")
    .description("what the daemon does now")
    .option("--json", "everything it tells")
    .action(does(async () => (await import("./status.ts")).status));
  program
    .command("models")
    .description("which models there are, and why one is not ready")
    .option("--json", "one model a line")
    .action(does(async () => (await import("./models.ts")).models));
  program
    .command("upstreams [server]")
    .description("the MCP servers behind the daemon, or one of them with its tools and last lines")
    .option("--json", "one server a line")
    .action(does(async () => (await import("./upstreams.ts")).upstreams));
  program
    .command("spend")
    .description("what models cost, by day, principal, tool and model")
    .option("--days <count>", "how far back", whole, 30)
    .option("--by <what>", `only by ${groupings.join(", ")}; may be repeated`, severalOf(groupings))
    .option("--json", "one row a line")
    .action(does(async () => (await import("./spend.ts")).spend));
  program
    .command("doctor")
    .description("look for what is wrong, and say what to do")
    .option("--json", "one finding a line")
    .action(does(async () => (await import("./doctor.ts")).doctor));
  program
    .command("logs")
    .description("the daemon's log")
    .option("-f, --follow", "go on as it grows")
    .option("-n, --lines <count>", "how many of the last lines", whole, 50)
    .option("--json", "the lines as they are")
    .action(does(async () => (await import("./logs.ts")).logs));
}

function declareSteering(program: Command, does: Does): void {
  program
    .command("stop")
    .description("stop the daemon; calls that run may finish")
    .option("--now", "end them instead")
    .action(does(async () => (await import("./stop.ts")).stop));
  program
    .command("restart")
    .description("stop the daemon and start it in the background")
    .action(does(async () => (await import("./restart.ts")).restart));
  program
    .command("reload")
    .description("take the settings anew, all or none")
    .option("--json", "what changed")
    .action(does(async () => (await import("./reload.ts")).reload));
  program
    .command("backup <file>")
    .description("write a consistent copy of the store while it is used")
    .option("--json", "the file and its size")
    .action(does(async () => (await import("./backup.ts")).backup));
}
