import { isLoopback } from "../../base/loopback.ts";
import { daemonAddress } from "../../client/address.ts";
import { Fault } from "../../protocol/fault.ts";
import { homeOf } from "./home.ts";

/** The daemon that is meant: one that was named, or the one of a data folder on this machine. */
export type Place =
  | { kind: "named"; url: string; token: string | undefined; home: string }
  | { kind: "local"; token: string | undefined; home: string; starts: boolean };

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads EXAI_URL, EXAI_TOKEN, EXAI_HOME and EXAI_AUTOSTART; EXAI_CALL is what a command of a call was given. */
export function placeOf(env: Environment): Place {
  const home = homeOf(env);
  const token = given(env, "EXAI_TOKEN") ?? given(env, "EXAI_CALL");
  const url = given(env, "EXAI_URL");
  if (url !== undefined) return { kind: "named", url: httpUrl(url), token, home };
  return { kind: "local", token, home, starts: !isNo(given(env, "EXAI_AUTOSTART")) };
}

/** Whether only this machine can answer at an address. */
export function isNear(url: string): boolean {
  return isLoopback(new URL(url).hostname);
}

function httpUrl(text: string): string {
  try {
    return daemonAddress(text).http;
  } catch (error) {
    const fact = "it is no address of a daemon, expected one like http://127.0.0.1:8079";
    throw new Fault("input.invalid", `Cannot use EXAI_URL: ${fact}`, { cause: error });
  }
}

function given(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === "" ? undefined : text;
}

function isNo(text: string | undefined): boolean {
  return text !== undefined && ["0", "false", "no", "off"].includes(text.toLowerCase());
}
