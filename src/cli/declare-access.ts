import { type Command, Option } from "commander";
import type { Scope } from "../protocol/access-methods.ts";
import type { Does } from "./action.ts";
import { amount, duration, several, severalOf, whole } from "./options.ts";

// Known before the protocol's schemas are loaded, which only a command that asks the daemon needs.
const scopes = ["tools", "exec", "agent", "observe", "admin"] as const satisfies readonly Scope[];

/** Who may come in: tokens and principals. */
export function declareAccess(program: Command, does: Does): void {
  const tokens = program.command("tokens").description("tokens: create, list, revoke, rotate");
  declareTokens(tokens, does);
  program
    .command("token")
    .description("print the owner's token")
    .action(does(async () => (await import("./token.ts")).token));
  const principals = program.command("principals").description("users: create, list, suspend, resume, remove");
  declarePrincipals(principals, does);
}

function declareTokens(tokens: Command, does: Does): void {
  tokens
    .command("create <name>")
    .description("make a token; its secret is shown once")
    .option("--scope <scope>", `one of ${scopes.join(", ")}; may be repeated; tools by default`, severalOf(scopes))
    .option("--tool <pattern>", "only tools of such names; may be repeated", several)
    .option("--root <dir>", "a directory it may name, which exec needs; may be repeated", several)
    .option("--expires <time>", "how long it is good, such as 90d", duration)
    .option("--principal <who>", "whose it is, by id or name; your own by default")
    .option("--usd-per-day <amount>", "what its calls may spend on models a day", amount)
    .option("--tokens-per-day <count>", "how many tokens they may use a day", whole)
    .option("--json", "the token and what it may")
    .action(does(async () => (await import("./tokens.ts")).createToken));
  tokens
    .command("list")
    .description("the tokens that are good, newest first")
    .option("--all", "those that ended as well")
    .option("--json", "one token a line")
    .action(does(async () => (await import("./tokens.ts")).listTokens));
  tokens
    .command("revoke <token>")
    .description("end a token, its sessions and its calls; by id, the beginning of it, or name")
    .option("--keep-calls", "let its calls go on")
    .option("--json", "what it was")
    .action(does(async () => (await import("./tokens.ts")).revokeToken));
  tokens
    .command("rotate <token>")
    .description("replace a token by a new one; by id, the beginning of it, or name")
    .option("--overlap <time>", "how long the old one stays good, such as 1h", duration)
    .option("--json", "the token and what it may")
    .action(does(async () => (await import("./tokens.ts")).rotateToken));
}

function declarePrincipals(principals: Command, does: Does): void {
  principals
    .command("create <name>")
    .addOption(new Option("--role <role>", "what they are").choices(["user", "operator"]).default("user"))
    .option("--json", "the principal")
    .action(does(async () => (await import("./principals.ts")).createPrincipal));
  principals
    .command("list")
    .option("--json", "one principal a line")
    .action(does(async () => (await import("./principals.ts")).listPrincipals));
  principals
    .command("suspend <principal>")
    .description("let nothing of theirs in, and cancel their calls; by name or id")
    .option("--json", "the principal")
    .action(does(async () => (await import("./principals.ts")).suspendPrincipal));
  principals
    .command("resume <principal>")
    .description("let them in again")
    .option("--json", "the principal")
    .action(does(async () => (await import("./principals.ts")).resumePrincipal));
  principals
    .command("remove <principal>")
    .description("remove them with all that is theirs")
    .option("--yes", "do it without asking; only who sits at a terminal is asked")
    .action(does(async () => (await import("./principals.ts")).removePrincipal));
}
