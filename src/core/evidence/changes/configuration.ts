import type { RepositoryFormat } from "./git-folder.ts";

/** A name as git tells it, its section and variable in small letters, and its value. */
export type Setting = readonly [name: string, value: string];

const comparing = "core\\.(filemode|autocrlf|eol|symlinks|ignorecase|precomposeunicode)";
const compared = new RegExp(`^${comparing}$`);
const comparable = /^(true|false|yes|no|on|off|0|1|input|lf|crlf|native)$/i;
const [objects, references] = ["extensions.objectformat", "extensions.refstorage"];

/** Of a configuration, what is asked for besides how files are compared and objects named. */
export interface Asked {
  /** The absolute path of the file. Others that it includes are not read. */
  file: string;
  /** Patterns of names. */
  also?: readonly string[];
}

/** The question for git; `settingsIn` reads its answer. */
export function questionFor({ file, also = [] }: Asked): string[] {
  const names = [comparing, ...[objects, references].map((name) => name.replace(".", "\\.")), ...also];
  return ["config", "--file", file, "--no-includes", "--null", "--get-regexp", `^(${names.join("|")})$`];
}

/** What stands last may have been cut, and what has no value says nothing. */
export function settingsIn(answer: Uint8Array): Setting[] {
  const entries = new TextDecoder().decode(answer).split("\0").slice(0, -1);
  return entries.flatMap((entry) => {
    const at = entry.indexOf("\n");
    return at === -1 ? [] : [[entry.slice(0, at), entry.slice(at + 1)] as const];
  });
}

/** Whether it says how files are compared; nothing of that can name a program. */
export function saysHowToCompare([name, value]: Setting): boolean {
  return compared.test(name) && comparable.test(value);
}

/** SHA-1 and files unless it says otherwise. */
export function formatIn(settings: readonly Setting[]): RepositoryFormat {
  const says = (key: string, word: string) => settings.some(([name, value]) => name === key && value === word);
  return {
    objects: says(objects, "sha256") ? "sha256" : "sha1",
    references: says(references, "reftable") ? "reftable" : "files",
  };
}

/** The settings as sections of a configuration file. */
export function sectionsOf(settings: readonly Setting[]): string {
  return settings.map(sectionOf).join("");
}

function sectionOf([name, value]: Setting): string {
  const [section = "", variable = ""] = [name.slice(0, name.indexOf(".")), name.slice(name.lastIndexOf(".") + 1)];
  const subsection = name.slice(section.length + 1, -variable.length - 1);
  const title = subsection === "" ? section : `${section} ${quoted(subsection)}`;
  return `[${title}]\n\t${variable} = ${quoted(value)}\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
