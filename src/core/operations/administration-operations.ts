import type { Calls } from "../calls/calls.ts";
import type { OutputLog } from "../processes/output-log.ts";
import type { Administration } from "../tenants/administration.ts";
import type { Doors } from "../tenants/doors.ts";
import type { Operations } from "./operations.ts";

export interface AdministrationOperationParts {
  administration: Administration;
  doors: Doors;
  calls: Calls;
  /** Output that is still written goes with the next sweep. */
  outputs: Pick<OutputLog, "remove">;
}

type AdministrationMethod = Extract<keyof Operations, `token.${string}` | `principal.${string}` | `ticket.${string}`>;

/** Who may come in with what; each act is checked and recorded by the administration itself. */
export function administrationOperations(parts: AdministrationOperationParts): Pick<Operations, AdministrationMethod> {
  const { administration, doors, calls, outputs } = parts;
  return {
    "token.create": ({ caller }, params) => administration.createToken(caller, params),
    "token.list": ({ caller }) => administration.listTokens(caller),
    "token.revoke": async ({ caller }, params) => {
      const [view, ...heirs] = await administration.revokeToken(caller, params);
      for (const { id: token } of [view, ...heirs]) {
        if (params.keepCalls === true) calls.refuse({ token });
        else calls.cancelOf({ token });
      }
      return view;
    },
    "token.rotate": async ({ caller }, params) => {
      const { heirs, ...made } = await administration.rotateToken(caller, params);
      for (const { id: token } of heirs) calls.cancelOf({ token });
      return made;
    },
    "principal.create": ({ caller }, params) => administration.createPrincipal(caller, params),
    "principal.list": ({ caller }) => administration.listPrincipals(caller),
    "principal.suspend": async ({ caller }, params) => {
      const view = await administration.suspendPrincipal(caller, params);
      calls.cancelOf({ principal: params.id });
      return view;
    },
    "principal.resume": async ({ caller }, params) => {
      const view = await administration.resumePrincipal(caller, params);
      calls.admit(params.id);
      return view;
    },
    "principal.remove": async ({ caller }, params) => {
      const removed = await administration.removePrincipal(caller, params);
      calls.cancelOf({ principal: params.id });
      await outputs.remove(removed);
      return {};
    },
    "ticket.create": ({ caller }) => doors.createTicket(caller),
  };
}
