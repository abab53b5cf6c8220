import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import type { TokenId } from "../../protocol/ids.ts";

const form = /^exai_((?:call)?[0-9a-f]{12})_([\w-]{43})$/;

/** A secret that was just made: the text is shown once, the hash is kept. */
export interface Secret {
  text: string;
  hash: string;
}

/** 256 bits of chance, as 43 characters of base64url. */
export function newSecret(): Secret {
  const text = randomBytes(32).toString("base64url");
  return { text, hash: hashOf(text) };
}

/** A token as `exai_<id>_<secret>`; those of running calls have ids of their own kind. */
export function newToken(kind: "kept" | "call"): { id: TokenId; token: string; hash: string } {
  const id = `${kind === "call" ? "call" : ""}${randomBytes(6).toString("hex")}` as TokenId;
  const { text, hash } = newSecret();
  return { id, token: `exai_${id}_${text}`, hash };
}

/** What the text claims: the id to look up, where it has our form, and the secret to compare. */
export function parseToken(text: string): { id: TokenId | undefined; secret: string } {
  const [, id, secret] = form.exec(text) ?? [];
  return secret === undefined ? { id: undefined, secret: text } : { id: id as TokenId, secret };
}

/** SHA-256 in hex: the only form in which a secret is kept. */
export function hashOf(secret: string): string {
  return hash("sha256", secret, "hex");
}

const nobody = hashOf(randomBytes(32).toString("hex"));

/** Compares digests in constant time; where nothing is kept, a digest that no secret has. */
export function isSecretOf(secret: string, kept: string | null | undefined): boolean {
  return timingSafeEqual(hash("sha256", secret, "buffer"), Buffer.from(kept ?? nobody, "hex"));
}
