import { Fault } from "../../../protocol/fault.ts";

/** Variables that no program takes code or files from. */
const harmless = /^(LC_[A-Z]+|LANG|LANGUAGE|TZ|TERM|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|CLICOLOR|CI)$/;

/** Those that make a program load or run something, and ours: none of them goes through unless it is named itself. */
const loading =
  /^(EXAI_.*|LD_.*|DYLD_.*|GIT_.*|PYTHON.*|PERL.*|RUBY.*|NODE_.*|NPM_CONFIG_.*|BASH_ENV|BASH_FUNC_.*|ENV|SHELLOPTS|PS4|PROMPT_COMMAND|IFS|PATH|HOME|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|CLASSPATH|GCONV_PATH|MALLOC_.*|SSH_ASKPASS|GIT_ASKPASS|EDITOR|VISUAL|PAGER|BROWSER|LESSOPEN|LESSCLOSE|RIPGREP_CONFIG_PATH|TAR_OPTIONS|GREP_OPTIONS|MAKEFLAGS|CARGO_.*|RUSTC_.*|GOFLAGS|XDG_CONFIG_.*)$/i;

/** Variables that callers of a command may set: names, or `*` for whatever loads no code. */
export type Settable = readonly string[];

/** Refuses with `process.refused` the first variable that its caller may not set; `EXAI_EXEC_ENV` names the others. */
export function checkVariables(env: Readonly<Record<string, string>>, settable: Settable): void {
  const isNamed = (name: string) => settable.includes(name) || (settable.includes("*") && !loading.test(name));
  const isAllowed = (name: string) => harmless.test(name) || isNamed(name);
  const name = Object.keys(env).find((given) => !isAllowed(given));
  if (name === undefined) return;
  const message = `Cannot set ${name} for a command: programs take code from their environment, expected a name that EXAI_EXEC_ENV lists`;
  throw new Fault("process.refused", message, { facts: { name, setting: "EXAI_EXEC_ENV" } });
}
