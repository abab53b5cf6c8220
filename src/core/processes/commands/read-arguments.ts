import { nearest } from "../../../base/nearest.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { ArgumentRules, FlagRule, Kind, OperandRule } from "./command.ts";
import { objectionTo } from "./values.ts";

const maxArguments = 1024;
const maxTold = 12;

/** A command line that follows its rules. */
export interface ReadArguments {
  /** What the program gets behind its name. */
  argv: string[];
  /** Those of its values that are paths, as they were given; where they lead was not looked at. */
  paths: string[];
}

/**
 * The arguments in the order in which the program gets them: ours, flags, `--` where that is put, operands. Only
 * what the rules name goes through; anything else is `process.refused` with the argument and what was expected.
 */
export function readArguments(command: string, rules: ArgumentRules, given: readonly string[]): ReadArguments {
  if (rules.rest === true) return { argv: [...rules.first, ...given], paths: [] };
  if (given.length > maxArguments)
    throw refused(command, `${given.length} arguments`, `they are too many, expected at most ${maxArguments}`);
  return new Reading(command, rules, given).read();
}

class Reading {
  readonly #command: string;
  readonly #rules: ArgumentRules;
  readonly #left: string[];
  readonly #flags: string[] = [];
  readonly #paths: string[] = [];
  readonly #operands: string[] = [];
  readonly #behind: string[] = [];

  constructor(command: string, rules: ArgumentRules, given: readonly string[]) {
    this.#command = command;
    this.#rules = rules;
    this.#left = [...given];
  }

  read(): ReadArguments {
    const { first, separator, operands, behind } = this.#rules;
    let separated = false;
    for (let token = this.#left.shift(); token !== undefined; token = this.#left.shift()) {
      if (separated) (separator === "kept" ? this.#behind : this.#operands).push(token);
      else if (token === "--" && separator !== "never") separated = true;
      else if (this.#isFlag(token)) this.#flag(token);
      else this.#operand(token);
    }
    this.#fill(operands, this.#operands);
    this.#fill(behind, this.#behind);
    const line = separator === "never" ? this.#flags : this.#separated(separated);
    return { argv: [...first, ...line], paths: this.#paths };
  }

  #separated(given: boolean): string[] {
    if (this.#rules.separator === "kept")
      return [...this.#flags, ...this.#operands, ...(given ? ["--"] : []), ...this.#behind];
    return [...this.#flags, ...(this.#operands.length > 0 ? ["--"] : []), ...this.#operands];
  }

  #isFlag(token: string): boolean {
    return (token.startsWith("-") && token !== "-") || this.#rule(token) !== undefined;
  }

  #rule(name: string): FlagRule | undefined {
    const { flags } = this.#rules;
    return Object.hasOwn(flags, name) ? flags[name] : undefined;
  }

  /** Where a program knows no separator, what follows what is kept. */
  #operand(token: string): void {
    this.#operands.push(token);
    if (this.#rules.separator === "never") this.#flags.push(token);
  }

  #flag(token: string): void {
    const whole = this.#rule(token);
    if (whole !== undefined) this.#alone(token, whole);
    else if (this.#rule("-#") !== undefined && /^-\d{1,15}$/.test(token)) this.#flags.push(token);
    else if (!this.#assigned(token) && !this.#clustered(token)) throw this.#unknown(token);
  }

  /** `--name`, and its value behind it where it takes one. */
  #alone(token: string, rule: FlagRule): void {
    this.#flags.push(token);
    const kind = kindOf(rule);
    if (kind === undefined || isOptional(rule)) return;
    const value = this.#left.shift();
    if (value === undefined) throw refused(this.#command, token, "nothing stands behind it, expected its value");
    this.#value(value, kind);
    this.#flags.push(value);
  }

  /** `--name=value`. */
  #assigned(token: string): boolean {
    const at = token.indexOf("=");
    const kind = at === -1 ? undefined : kindOf(this.#rule(token.slice(0, at)));
    if (kind === undefined || !token.startsWith("--")) return false;
    this.#value(token.slice(at + 1), kind);
    this.#flags.push(token);
    return true;
  }

  /** `-abc` for `-a -b -c`, the last with its value in the same word or behind it. */
  #clustered(token: string): boolean {
    if (token.startsWith("--")) return false;
    for (let at = 1; at < token.length; at++) {
      const rule = this.#rule(`-${token[at]}`);
      if (rule === undefined) return false;
      const kind = isOptional(rule) ? undefined : kindOf(rule);
      if (kind === undefined) continue;
      const inWord = token.slice(at + 1);
      if (inWord === "") this.#alone(token, kind);
      else {
        this.#value(inWord, kind);
        this.#flags.push(token);
      }
      return true;
    }
    this.#flags.push(token);
    return true;
  }

  #value(value: string, kind: Kind): void {
    const objection = objectionTo(value, kind);
    if (objection !== undefined) throw refused(this.#command, value, objection);
    if (kind === "path" && value !== "-") this.#paths.push(value);
  }

  /** Each rule takes as many as it may; none may be left over, and none be missing. */
  #fill(rules: readonly OperandRule[], operands: readonly string[]): void {
    let at = 0;
    for (const { kind, min, max } of rules) {
      const taken = operands.slice(at, at + max);
      if (taken.length < min)
        throw refused(this.#command, "its arguments", `${at + taken.length} were given, expected ${at + min} or more`);
      for (const value of taken) this.#value(value, kind);
      at += taken.length;
    }
    const over = operands[at];
    if (over !== undefined) throw refused(this.#command, over, `it is one too many, expected at most ${at}`);
  }

  #unknown(token: string): Fault {
    const known = Object.keys(this.#rules.flags);
    const near = nearest(token, known, { most: maxTold, share: 2 });
    const expected = near.length === 0 ? "expected no flag" : `expected one of ${near.join(", ")}`;
    return refused(this.#command, token, `it is not among the flags that callers may give, ${expected}`);
  }
}

function kindOf(rule: FlagRule | undefined): Kind | undefined {
  if (rule === undefined || rule === "none") return undefined;
  return typeof rule === "object" && "optional" in rule ? rule.optional : rule;
}

function isOptional(rule: FlagRule): boolean {
  return typeof rule === "object" && "optional" in rule;
}

function refused(command: string, argument: string, why: string): Fault {
  const said = JSON.stringify(argument.slice(0, 200));
  return new Fault("process.refused", `Cannot run ${command} with ${said}: ${why}`, {
    facts: { command, argument: argument.slice(0, 200) },
  });
}
