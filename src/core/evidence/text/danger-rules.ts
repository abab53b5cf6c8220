import type { TextRule } from "./text-rule.ts";

const shell = {
  rule: "shell-injection",
  severity: "critical",
  message: "A shell reads a command that is put together from values: each of them can add commands of its own.",
} as const;
const sql = {
  rule: "sql-injection",
  severity: "critical",
  message: "A query is put together from values: each of them can change what it asks. Parameters cannot.",
} as const;
const dynamic = {
  rule: "dynamic-code",
  severity: "high",
  message: "Text is run as code: whoever has a say in it runs what they like.",
} as const;
const objects = {
  rule: "unsafe-deserialisation",
  severity: "high",
  message: "Objects are made of bytes that say which code that runs: bytes of others run theirs.",
} as const;
const tls = {
  rule: "disabled-tls",
  severity: "high",
  message: "Certificates are not verified: anybody on the way can read and answer.",
} as const;
const hash = {
  rule: "weak-hash",
  severity: "high",
  message: "A password is hashed with what is broken or made to be fast: it can be guessed by the billion.",
} as const;
const path = {
  rule: "path-injection",
  severity: "high",
  message: "A path is made of what a request says: it can lead anywhere.",
} as const;

const query = /["'`]\s*(?:select\b[^"'`]*\bfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\b/i;
const password = /pass(?:word|wd|phrase)?|pwd|secret/i;
const credential =
  /(?:(?<![A-Za-z\d])(?:password|passwd|secret|api_?[kK]ey|(?:access|auth)_?[tT]oken|private_?[kK]ey|PASSWORD|PASSWD|SECRET|API_?KEY|(?:ACCESS|AUTH)_?TOKEN|PRIVATE_?KEY)|[a-z\d](?:Password|Passwd|Secret|A(?:pi|PI)Key|(?:Access|Auth)Token|PrivateKey))\s*[:=]\s*["']/;
const jvm = ["java", "kotlin", "scala"];
/** For files that no parser takes: those that one takes are looked at by their syntax. */
const script = ["javascript", "typescript"];

/** Calls that are dangerous as they stand there. Whatever needs to know where a value comes from is left to readers. */
export const dangerRules: readonly TextRule[] = [
  {
    ...dynamic,
    languages: ["python"],
    code: /(?<![\w.])(?:eval|exec)\(/,
    unless: /^\w+\(\s*(?:["'][^"']*["']|compile\b)\s*[),]/,
  },
  {
    ...dynamic,
    languages: ["ruby"],
    code: /(?<![\w.])(?:eval|instance_eval|class_eval)[\s(]+(?![\s{d])/,
    unless: /^\w+[\s(]+["'][^"'#]*["']|<<[~-]/,
  },
  {
    ...dynamic,
    languages: script,
    code: /(?<![\w.$])(?:eval|new\s+Function|vm\.runIn\w+)\(/,
    unless: /^[\w.\s]+\(\s*(?:["'][^"']*["']|`[^`$]*`)?\s*\)/,
  },
  { ...dynamic, languages: ["php"], code: /(?<![\w>$])(?:eval|create_function)\(/ },
  {
    ...dynamic,
    languages: ["shell"],
    code: /(?:^|[;&|]\s*)\s*eval\s/,
    says: /\$/,
    unless: /\$\((?:ssh-agent|direnv|brew|[\w./]+ (?:init|hook|shellenv|completion|env|setup)\b)/,
  },

  {
    ...shell,
    languages: ["python"],
    code: /\bos\.(?:system|popen)\(/,
    says: /^[\w.]+\(\s*(?:f["']|["'][^"']*["']\s*(?:%|\+|\.format)|\w+\s*\+)/,
  },
  {
    ...shell,
    languages: ["python"],
    code: /\bsubprocess\.\w+\(/,
    says: /^[\w.]+\(\s*(?:f["']|["'][^"']*["']\s*(?:%|\+|\.format)|\w+\s*\+)[\s\S]*shell\s*=\s*True/,
  },
  {
    ...shell,
    languages: ["go"],
    code: /\bexec\.Command(?:Context)?\(/,
    says: /["'](?:ba|z|da)?sh["']\s*,\s*["']-l?c["']\s*,[\s\S]*(?:\+|Sprintf)/,
  },
  {
    ...shell,
    languages: script,
    code: /(?<![\w$])(?<!(?:\/|[rR]egex|[pP]attern)\.)(?:exec|execSync)\(/,
    says: /^\w+\(\s*(?:`[^`]*\$\{|["'][^"']*["']\s*\+|[\w.]+\s*\+\s*["'`])/,
    unless: query,
  },
  { ...shell, languages: jvm, code: /\.exec\(/, says: /^\.exec\(\s*"[^"]*"\s*\+/ },
  {
    ...shell,
    languages: ["ruby"],
    code: /(?<![\w.])(?:system|exec|spawn|popen|capture[23]e?)\s*\(?/,
    says: /^\w+\s*\(?\s*"[^"]*#\{/,
  },
  {
    ...shell,
    languages: ["php"],
    code: /(?<![\w>$])(?:exec|system|shell_exec|passthru|popen|proc_open)\(/,
    says: /\$/,
    unless: /escapeshell(?:arg|cmd)|^\w+\(\s*\$\w+\s*[,)]/,
  },
  { ...shell, languages: ["shell"], code: /\b(?:ba|z|da)?sh\s+-l?c\s/, says: /^\w+\s+-l?c\s+"[^"]*\$[{\w]/ },
  {
    ...shell,
    languages: ["shell"],
    code: /\b(?:curl|wget)\b[^\n]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/,
    severity: "high",
    message: "What a server answers is run as it comes.",
  },

  {
    ...sql,
    languages: ["python"],
    code: /\.(?:execute|executemany|executescript|raw)\(/,
    says: new RegExp(
      `^[\\w.]+\\(\\s*(?:f${query.source}[^)]*\\{|${query.source}[^)]*["']\\s*(?:%\\s*[\\w(]|\\+|\\.format\\())`,
      "i",
    ),
  },
  {
    ...sql,
    languages: ["go"],
    code: /\.(?:Query|QueryRow|Exec|Raw)(?:Context)?\(/,
    says: new RegExp(`(?:Sprintf\\(\\s*${query.source}|${query.source}[^"]*"\\s*\\+)`, "i"),
  },
  {
    ...sql,
    languages: [...jvm, "csharp"],
    code: /(?:\.(?:execute|executeQuery|executeUpdate|createQuery|createNativeQuery|query|prepareStatement)|\bSqlCommand)\(/,
    says: new RegExp(`${query.source}[^"]*"\\s*\\+`, "i"),
  },
  {
    ...sql,
    languages: ["ruby"],
    code: /\.(?:execute|exec_query|find_by_sql|where|select_all)[\s(]/,
    says: /^\.\w+[\s(]+"[^"]*#\{/,
  },
  {
    ...sql,
    languages: ["php"],
    code: /(?:mysqli?_query|pg_query|->(?:query|exec|prepare))\(/,
    says: new RegExp(`${query.source}(?:[^"]*\\$|[^"']*["']\\s*\\.)`, "i"),
  },

  { ...objects, languages: ["python"], code: /(?<!\w)(?:c?[Pp]ickle|marshal|dill|shelve)\.(?:loads?|open)\(/ },
  { ...objects, languages: ["python"], code: /\byaml\.load(?:_all)?\(/, unless: /Safe|CSafe|BaseLoader/ },
  { ...objects, languages: jvm, code: /new\s+ObjectInputStream\(|\bXMLDecoder\(/ },
  {
    ...objects,
    languages: ["ruby"],
    code: /\bMarshal\.load\b|\bYAML\.(?:unsafe_load|load)\b[\s(]/,
    unless: /permitted_classes/,
  },
  { ...objects, languages: ["php"], code: /(?<![\w>$])unserialize\(/, unless: /allowed_classes/ },
  { ...objects, languages: ["csharp"], code: /new\s+BinaryFormatter\(/ },

  {
    ...tls,
    languages: ["python"],
    code: /\bverify\s*=\s*False\b|\b_create_unverified_context\b|\bcheck_hostname\s*=\s*False\b/,
  },
  { ...tls, languages: script, code: /\brejectUnauthorized\s*:\s*false\b/ },
  { ...tls, languages: ["go"], code: /\bInsecureSkipVerify:\s*true\b/ },
  {
    ...tls,
    languages: jvm,
    code: /\b(?:ALLOW_ALL_HOSTNAME_VERIFIER|NoopHostnameVerifier)\b|[sS]etHostnameVerifier\(\s*\([^)]*\)\s*->\s*true/,
  },
  { ...tls, languages: ["ruby"], code: /\bVERIFY_NONE\b/ },
  { ...tls, languages: ["php"], code: /\bCURLOPT_SSL_VERIFY(?:PEER|HOST)\b\s*(?:,|=>)\s*(?:false|0)\b/ },
  { ...tls, languages: ["csharp"], code: /ServerCertificate(?:Custom)?ValidationCallback\s*[+]?=[^;]*=>\s*true/ },
  {
    ...tls,
    languages: ["shell"],
    code: /\bcurl\b[^\n|]*\s(?:-k|--insecure)\b|\bwget\b[^\n|]*--no-check-certificate/,
    severity: "medium",
  },

  { ...hash, languages: ["python"], code: /\bhashlib\.(?:md5|sha1|sha256|new)\(/, says: password },
  { ...hash, languages: ["go"], code: /\b(?:md5|sha1|sha256)\.Sum(?:256)?\(/, says: password },
  { ...hash, languages: ["php"], code: /(?<![\w>$])(?:md5|sha1)\(/, says: password },
  { ...hash, languages: ["ruby"], code: /\bDigest::(?:MD5|SHA1|SHA256)\.\w*digest/, says: password },

  {
    ...path,
    languages: ["python"],
    code: /(?<![\w.])open\(|\bos\.path\.join\(|\bsend_file\(/,
    says: /\brequest\.(?:args|form|values|json|GET|POST|files)\b/,
  },
  {
    ...path,
    languages: ["go"],
    code: /\b(?:filepath\.Join|os\.Open|os\.ReadFile|http\.ServeFile)\(/,
    says: /\.URL\.Query\(\)|\.FormValue\(/,
  },
  {
    ...path,
    languages: ["php"],
    code: /(?<![\w>$])(?:include|require)(?:_once)?\b|(?<![\w>$])(?:file_get_contents|fopen|readfile)\(/,
    says: /\$_(?:GET|POST|REQUEST|COOKIE)\b/,
  },
  { ...path, languages: ["ruby"], code: /\b(?:File\.(?:open|read)|send_file)\b/, says: /\bparams\[/ },

  {
    rule: "credential-in-code",
    severity: "high",
    message: "A password or key stands in the code: whoever has the repository can use it.",
    languages: script,
    code: credential,
    says: /[:=]\s*(["'])(?=[^"'\n]*\d)(?=[^"'\n]*[a-z])[^"'\s]{8,}\1/i,
    unless: /[:=]\s*["'][^"'\n]*(?:example|change_?me|placeholder|dummy|sample|test|secret|password|your|xxx|[<>{}$])/i,
    where: /^(?!.*(?:\.|\b)(?:test|spec)s?[./])/,
  },
  {
    rule: "unbounded-read",
    severity: "high",
    message: "It writes as much as it is given, past the end of its buffer.",
    languages: ["c"],
    code: /(?<![\w.>])gets\(/,
  },
];
