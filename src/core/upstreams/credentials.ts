import { Fault } from "../../protocol/fault.ts";
import { type AddressServer, isProgram, type UpstreamServer } from "./server.ts";

/** Names of variables whose values nobody else is to read. */
const secretName = /KEY|TOKEN|SECRET|PASS|AUTH|CRED|COOKIE|SESSION/i;
const reference = /\$\{([A-Za-z_]\w*)\}/g;
/** A shorter one is a word that stands anywhere. */
export const shortestSecret = 8;

/** What an authorization server knows a client by. */
export interface ClientGrant {
  issuer: string;
  clientId: string;
  secret: string;
  /** What is asked for; absent for what the server gives by itself. */
  scope?: string;
}

/** What a server is given besides its requests. */
export interface Credentials {
  /** The environment of a program, or the headers of a request. */
  values: Readonly<Record<string, string>>;
  /** By which a token is asked for. */
  grant?: ClientGrant;
  /** Those of them, whole or in part, that no log, error or event may hold. */
  secrets: readonly string[];
}

/** Refuses with `upstream.unavailable` where a variable that the settings name is not set. */
export function credentialsOf(server: UpstreamServer, variable: (name: string) => string | undefined): Credentials {
  const secrets: string[] = [];
  const secret = (name: string) => {
    const value = variable(name);
    if (value === undefined) throw notSet(server.name, name);
    secrets.push(value);
    return value;
  };
  const given = Object.entries(isProgram(server) ? server.env : server.headers).map(([name, text]) => {
    const value = text.replaceAll(reference, (_, wanted: string) => secret(wanted));
    if (secretName.test(name)) secrets.push(value);
    return [name, value] as const;
  });
  const more = isProgram(server)
    ? server.pass.map((name) => [name, secret(name)] as const)
    : server.token === undefined
      ? []
      : [["authorization", `Bearer ${secret(server.token)}`] as const];
  const grant = isProgram(server) ? undefined : grantOf(server, secret);
  return {
    ...(grant !== undefined && { grant }),
    values: Object.fromEntries([...given, ...more]),
    secrets: [...new Set(secrets)].filter(({ length }) => length >= shortestSecret),
  };
}

function grantOf({ oauth }: AddressServer, secret: (name: string) => string): ClientGrant | undefined {
  if (oauth === undefined) return undefined;
  const { issuer, clientId, scope } = oauth;
  return { issuer, clientId, secret: secret(oauth.secret), ...(scope !== undefined && { scope }) };
}

function notSet(server: string, variable: string): Fault {
  const message = `Cannot use ${server}: the variable ${variable} is not set, expected it in the environment or in .env`;
  return new Fault("upstream.unavailable", message, { facts: { server, variable } });
}
