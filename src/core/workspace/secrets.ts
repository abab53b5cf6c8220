import { inTurns, slicesOf } from "../../base/slices.ts";
import { secret } from "./refusals.ts";

/** What becomes of secrets: a file with one is refused; they are replaced, where its name does not say that all of it is one; it is read as it is. */
export type SecretsRule = "refuse" | "redact" | "keep";

/** Files that are secret whatever is in them. Compared with names made plain: lower case, one spelling, nothing invisible. */
const secretNames: readonly [name: RegExp, what: string][] = [
  [/^\.env(\..+)?$|\.env$|^\.envrc$/, "a file of environment variables"],
  [
    /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$|\.(pem|key|p12|pfx|ppk|jks|keystore|kdbx?|asc|gpg)$/,
    "a private key or a store of them",
  ],
  [
    /^\.(netrc|npmrc|pypirc|pgpass|git-credentials|htpasswd|vault-token|my\.cnf|s3cfg|boto)$|^_netrc$/,
    "a file of credentials",
  ],
  [/^(credentials|secrets?)(\.(json|ya?ml|toml|ini|txt|csv|xml|properties))?$/, "a file of credentials"],
  [
    /^(client_secret|service[-_]?account)[\w.-]*\.json$|^application_default_credentials\.json$/,
    "a file of credentials",
  ],
  [/\.(tfstate|tfvars)(\.backup)?$|\.auto\.tfvars$/, "a record of infrastructure, which holds passwords"],
  [/^(owner\.)?token(\.txt)?$|^\.?auth\.json$|^kubeconfig$|^wallet\.dat$/, "a file of tokens"],
  [/^\.(bash|zsh|psql|mysql|node_repl|python|rediscli)_history$/, "what somebody typed"],
  [/^shadow-?$|^gshadow-?$/, "password hashes"],
];

/** Templates that are meant to be read, though their names begin as those of secrets do. */
const harmlessNames = /^\.env\.(example|sample|template|dist|defaults|schema)$/;
/** Everything below a directory of such a name is secret. */
const secretFolders = /^\.(ssh|gnupg|password-store|exai)$/;
/** What is secret only where it stands. */
const secretPlaces =
  /(^|\/)(\.aws\/(credentials|config)|\.kube\/config|\.docker\/config\.json|\.azure\/\w+\.json|\.config\/(gcloud|gh|op)\/.*)$/;

/** The only one that goes over lines; a text without its first word has none. */
const privateKey =
  /-----BEGIN (?:[A-Z]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?=[\s\\rn]{1,8}[\w+/=])(?:(?!-----END)[\s\S]){20,16384}/g;

/**
 * Shapes of credentials that hardly anything else has. What may be long begins only where such a run begins, so that no
 * text makes the search start over inside of it. All are of letters, digits, `_`, `.` and `-`.
 */
const secretShapes: readonly [shape: RegExp, what: string][] = [
  [/(?<![\w-])exai_[\w-]{8,40}_[\w-]{32,}/g, "a token of this daemon"],
  [/(?<![\w-])sk-(?=[\w-]{0,200}\d)[\w-]{20,}/g, "a key of a model provider"],
  [/(?<![\w-])(?:gsk_|xai-|hf_|r8_|pplx-|nvapi-)(?=[\w-]{0,200}\d)[\w-]{24,}/g, "a key of a model provider"],
  [/\b[\da-f]{32}\.[A-Za-z\d]{16}\b/g, "a key of a model provider"],
  [/\bAIza[\w-]{35}/g, "a key of a cloud"],
  [/\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g, "a key of a cloud"],
  [/(?<![\w-])(?:gh[opsur]_[A-Za-z\d]{36,}|github_pat_\w{40,}|glpat-[\w-]{20,})/g, "a token of a code host"],
  [/(?<![\w-])(?:npm_[A-Za-z\d]{36}|pypi-[\w-]{40,})/g, "a token of a package registry"],
  [/(?<![\w-])xox[abeoprs]-[\w-]{20,}/g, "a token of a chat service"],
  [/\b(?:sk|rk)_live_[A-Za-z\d]{20,}/g, "a key of a payment service"],
  [/(?<![\w-])eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}/g, "a signed token"],
];

/** Where a secret stands in a text; the secret itself is not in here. */
export interface FoundSecret {
  /** The kind of it, as the object of a sentence. */
  what: string;
  /** Where it stands in the text, in UTF-16 units. */
  at: number;
  length: number;
}

/** Refuses with `workspace.secret` a file that its name gives away. */
export function refuseSecretName(path: string, rule: SecretsRule): void {
  const what = rule === "keep" ? undefined : secretByName(path);
  if (what !== undefined) throw secret(path, { what });
}

/** What kind of secret a file is by its absolute path, or `undefined` where the names on its way tell nothing. */
export function secretByName(path: string): string | undefined {
  const names = path.split("/").map(plainName);
  const name = names.pop() ?? "";
  if (harmlessNames.test(name)) return undefined;
  if (names.some((folder) => secretFolders.test(folder))) return "a file in a folder of secrets";
  if (secretPlaces.test([...names, name].join("/"))) return "a file of credentials";
  return secretNames.find(([shape]) => shape.test(name))?.[1];
}

/** A file system may take several spellings for one name; none of them may get past the table. */
function plainName(name: string): string {
  return name
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase();
}

/** Credentials in a text by their shape, in its order. One that is spelt out of a few letters, as in an example, is none. */
export function secretsIn(text: string): FoundSecret[] {
  return inOrder([...piecesOf(text)]);
}

/** The same, a few milliseconds at a time: others get their turn between. */
export async function secretsInTurns(text: string, signal: AbortSignal): Promise<FoundSecret[]> {
  return inOrder(await inTurns(piecesOf(text), signal));
}

/** What no credential but a private key goes over. */
const boundary = /[^\w.-]/g;

function* piecesOf(text: string): Generator<FoundSecret[]> {
  if (text.includes("-----BEGIN ")) yield matchesOf(text, privateKey, "a private key");
  for (const slice of slicesOf(text, boundary))
    yield secretShapes
      .flatMap(([shape, what]) => matchesOf(slice.text, shape, what))
      .map((found) => ({ ...found, at: slice.at + found.at }));
}

function matchesOf(text: string, shape: RegExp, what: string): FoundSecret[] {
  const matches = [...text.matchAll(shape)].filter(({ 0: value }) => !isExample(value));
  return matches.map(({ 0: value, index }) => ({ what, at: index, length: value.length }));
}

function inOrder(pieces: readonly FoundSecret[][]): FoundSecret[] {
  return pieces.flat().sort((a, b) => a.at - b.at);
}

const fewLetters = 8;

function isExample(value: string): boolean {
  if (value.startsWith("-----")) return false;
  return (
    new Set(value.slice(-16).toLowerCase()).size < fewLetters ||
    /example|placeholder|your[-_]?(api|key|token)/i.test(value)
  );
}

/** The text with every credential replaced by `[secret]`, those found in it before if they are given; its lines keep their numbers. */
export function withoutSecrets(text: string, found: readonly FoundSecret[] = secretsIn(text)): string {
  let clean = "";
  let end = 0;
  for (const { at, length } of found) {
    if (at < end) continue;
    const breaks = text.slice(at, at + length).match(/\r\n|\n|\r/g) ?? [];
    clean += `${text.slice(end, at)}[secret]${breaks.join("")}`;
    end = at + length;
  }
  return clean + text.slice(end);
}
