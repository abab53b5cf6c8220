/** What the system, `fetch` and TLS say where no connection came to be. */
const unsentCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "EPROTO",
]);
const untrusted = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** Whether a failure of this code came before anything was sent: whoever was asked has done nothing. */
export function isUnsent(code: string): boolean {
  return unsentCodes.has(code) || untrusted.test(code);
}
