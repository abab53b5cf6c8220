import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { refusedPort } from "../../base/refused-port.ts";
import { Secret } from "./secret.ts";

/** A kind of value: how it is read from text, and the rule that its text follows. */
export interface Kind<T> {
  schema: z.ZodType<T>;
  /** What is expected, as the object of a sentence. */
  rule: string;
  /** Milliseconds that are written as seconds; what must not be written at all; what is too much to write. */
  written?: "seconds" | "never" | "structure";
}

const text = z.coerce.string().trim();

/** A whole number within bounds. */
export function whole(min: number, max: number): Kind<number> {
  const schema = text
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max));
  return { schema, rule: `a whole number from ${min} to ${max}` };
}

/** An amount within bounds, with or without a fraction. */
export function amount(min: number, max: number): Kind<number> {
  const schema = text
    .regex(/^\d{1,12}(\.\d{1,6})?$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
  return { schema, rule: `a number from ${min} to ${max}` };
}

/** Seconds as text, exact milliseconds as value. */
export function seconds(min: number, max: number): Kind<number> {
  const schema = text
    .regex(/^\d{1,9}(\.\d{1,3})?$/)
    .transform((value) => Math.round(Number(value) * 1000))
    .pipe(
      z
        .int()
        .min(min * 1000)
        .max(max * 1000),
    );
  return { schema, rule: `a number of seconds from ${min} to ${max}, with at most three decimals`, written: "seconds" };
}

/** 0 for any free one; those below 1024 belong to the system. */
export const port: Kind<number> = {
  schema: text
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(
      z
        .int()
        .max(65_535)
        .refine((value) => value === 0 || value >= 1024),
    ),
  rule: "0 (any free port) or a whole number from 1024 to 65535",
};

export const yesOrNo: Kind<boolean> = {
  schema: text
    .toLowerCase()
    .pipe(z.enum(["1", "true", "yes", "on", "0", "false", "no", "off"]))
    .transform((value) => ["1", "true", "yes", "on"].includes(value)),
  rule: "1 or 0",
};

export function oneOf<const T extends string>(choices: readonly [T, ...T[]]): Kind<T> {
  return { schema: text.pipe(z.enum(choices)) as unknown as z.ZodType<T>, rule: `one of ${choices.join(", ")}` };
}

/** A short name, as models and tools have them. */
export const name: Kind<string> = {
  schema: text.pipe(z.string().regex(/^[\w./:@+-]{1,200}$/)),
  rule: "a name without spaces",
};

export const names = listOf(name, "names without spaces");

/** Programs by name or absolute path; `*` for any. */
export const programs = listOf(
  { schema: text.pipe(z.string().regex(/^(\*|[\w.+-]+|\/[^\s,]+)$/)), rule: "" },
  "names or absolute paths of programs, or * for any",
);

/** A host without a port: what to listen on. */
export const host: Kind<string> = {
  schema: text.pipe(z.string().regex(/^[\w.:%-]{1,253}$/)),
  rule: "a host name or an address",
};

export const hosts = listOf(
  { schema: text.toLowerCase().pipe(z.string().regex(/^([\w.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/)), rule: "" },
  "host names, each with or without a port",
);

export const origins = listOf(
  { schema: text.pipe(z.string().refine((value) => URL.parse(value)?.origin === value && value !== "null")), rule: "" },
  "origins: scheme, host and port where it is not the usual one, nothing behind it",
);

const plainDirectory = z.string().refine((value) => isAbsolute(value) && !value.includes("\0"));

/** An absolute path, made plain. */
export const path: Kind<string> = {
  schema: text.pipe(plainDirectory).transform((value) => resolve(value)),
  rule: "an absolute path",
};

export const paths = listOf(path, "absolute paths");

/** A user as the machine numbers them; the group has the same number where none is named. */
export const account: Kind<{ uid: number; gid: number }> = {
  schema: text.regex(/^\d{1,9}(:\d{1,9})?$/).transform((value) => {
    const [uid = 0, gid = uid] = value.split(":").map(Number);
    return { uid, gid };
  }),
  rule: "a user's number, with or without a colon and a group's",
};

/** An address without a user name or password in it: those have settings of their own. */
export function url(...schemes: readonly string[]): Kind<string> {
  const fits = (value: string) => {
    const parsed = URL.parse(value);
    return (
      parsed !== null &&
      schemes.includes(parsed.protocol.slice(0, -1)) &&
      parsed.username === "" &&
      parsed.password === ""
    );
  };
  return {
    schema: text.pipe(z.string().refine(fits)),
    rule: `a URL beginning with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}, without a user name or password`,
  };
}

const webAddress = url("http", "https");

/** An address that is asked by `fetch`. */
export const fetched: Kind<string> = {
  schema: webAddress.schema.refine((value) => {
    const at = URL.parse(value);
    return at !== null && refusedPort(at) === undefined;
  }),
  rule: `${webAddress.rule}, on no port that is another protocol's (such as 9 or 6000)`,
};

/** A URL that holds a password. */
export const databaseUrl: Kind<Secret> = {
  schema: text
    .pipe(z.string().refine((value) => /^postgres(ql)?:$/.test(URL.parse(value)?.protocol ?? "")))
    .transform((value) => new Secret(value)),
  rule: "a URL beginning with postgres:// or postgresql://",
  written: "never",
};

/** A key or token: printable characters without spaces. */
export function secret(minLength: number, maxLength: number): Kind<Secret> {
  const schema = z.coerce
    .string()
    .regex(new RegExp(`^[!-~]{${minLength},${maxLength}}$`))
    .transform((value) => new Secret(value));
  return { schema, rule: `${minLength} to ${maxLength} printable ASCII characters without spaces`, written: "never" };
}

/** The owner's own token: none of ours, which are issued and end. */
export const ownToken: Kind<Secret> = {
  schema: z.coerce
    .string()
    .regex(/^(?!exai_)[!-~]{16,512}$/)
    .transform((value) => new Secret(value)),
  rule: "16 to 512 printable ASCII characters without spaces, not beginning with exai_",
  written: "never",
};

/** JSON, as text or as it stands in the JSON file. */
export function structure<T>(schema: z.ZodType<T>, rule: string): Kind<T> {
  const read = z.preprocess((value) => (typeof value === "string" ? jsonIn(value) : value), schema);
  return { schema: read as unknown as z.ZodType<T>, rule, written: "structure" };
}

function jsonIn(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // No value that any schema takes.
    return undefined;
  }
}

/** Separated by commas, or an array in the JSON file. */
function listOf<T>(kind: Kind<T>, what: string): Kind<T[]> {
  const items = z.array(kind.schema).max(256);
  const split = (value: string) => value.split(",").map((item) => item.trim());
  const schema = z.preprocess((value) => (Array.isArray(value) ? value : split(String(value)).filter(Boolean)), items);
  return { schema: schema as unknown as z.ZodType<T[]>, rule: `${what}, separated by commas` };
}
