import { expect, test } from "vitest";
import { secretByName, secretsIn, withoutSecrets } from "./secrets.ts";

test.each([
  "/p/.env",
  "/p/.ENV",
  "/p/.e\u200bnv",
  "/p/.ｅｎｖ",
  "/p/.env.production",
  "/p/prod.env",
  "/h/.ssh/config",
  "/h/.aws/credentials",
  "/h/.docker/config.json",
  "/h/.config/gcloud/anything",
  "/p/id_ed25519",
  "/p/server.key",
  "/p/credentials.json",
  "/p/terraform.tfstate",
  "/h/.exai/owner.token",
])("%s is secret by its name", (path) => expect(secretByName(path)).toBeDefined());

test.each([
  "/p/.env.example",
  "/p/environment.ts",
  "/p/keys.ts",
  "/p/.docker/Dockerfile",
  "/p/.azure/pipeline.yml",
  "/p/secrets.ts",
  "/p/token.ts",
  "/p/public_key.ts",
])("%s is none", (path) => expect(secretByName(path)).toBeUndefined());

const body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";
const pem = `-----BEGIN RSA PRIVATE KEY-----\n${body}\n${body}\n-----END RSA PRIVATE KEY-----`;

test.each([
  pem,
  JSON.stringify({ private_key: pem }),
  "sk-ant-api03-Zq8vN3xT6rB1mK9pW4yL7cF2hD5jG0sA",
  "AKIAIOSFODNN7QZWXYPL",
  "ghp_Zq8vN3xT6rB1mK9pW4yL7cF2hD5jG0sAbcdE",
  "exai_0123456789ab_Zq8vN3xT6rB1mK9pW4yL7cF2hD5jG0sAbcdEfg",
  "0123456789abcdef0123456789abcdef.Zq8vN3xT6rB1mK9p",
])("a credential is known by its shape: %.30s", (text) => expect(secretsIn(`x ${text} y`)).toHaveLength(1));

test.each([
  'if (text.includes("-----BEGIN PRIVATE KEY-----")) return',
  "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  "AKIAIOSFODNN7EXAMPLE",
  "sk-your-api-key-goes-here-please-now",
  "sk-folding-cube-of-a-loading-animation",
  "a8f5f167f44f4964e6c998dee827110c",
])("an example is none: %s", (text) => expect(secretsIn(text)).toEqual([]));

test("no text holds up the look for secrets", () => {
  const megabyte = 1024 * 1024;
  for (const piece of [
    "eyJ-",
    "sk-",
    "-sk-",
    "exai_-",
    "-----BEGIN PRIVATE KEY-----\nA",
    "a",
    " ",
    "f",
    "eyJaaaaaaaaaaaaaaaaaa.",
  ])
    secretsIn(piece.repeat(megabyte / piece.length));
});

test("what replaces a secret keeps every line at its number", () => {
  const clean = withoutSecrets(`before\n${pem}\nafter`);
  expect(clean.split("\n")).toHaveLength(6);
  expect(clean.split("\n").at(-1)).toBe("after");
  expect(clean).not.toContain(body);
});
