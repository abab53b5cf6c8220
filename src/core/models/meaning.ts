import type { Fault, FaultCode } from "../../protocol/fault.ts";

type ModelFaultCode = Extract<FaultCode, `model.${string}`>;

/** What a failed request says of its provider, and what may be done about it. */
interface Meaning {
  /** `trouble`: it fails, whatever it is asked; `hurried`: this account asks too often; `order`: nothing of the kind. */
  provider: "order" | "trouble" | "hurried";
  /** Whether the same request may be sent again, where the fault says that this is safe. */
  again: boolean;
  /** Whether another model may have a chance, where the policy names one. */
  elsewhere: boolean;
  /** `free`: the vendor has done nothing that it could charge for, unless some of an answer came. */
  cost: "free" | "unknown";
}

const meanings = {
  "model.none": { provider: "order", again: false, elsewhere: false, cost: "free" },
  "model.unknown": { provider: "order", again: false, elsewhere: false, cost: "free" },
  "model.credentials": { provider: "order", again: false, elsewhere: false, cost: "free" },
  "model.refused": { provider: "order", again: false, elsewhere: false, cost: "free" },
  "model.limited": { provider: "hurried", again: true, elsewhere: true, cost: "free" },
  "model.unavailable": { provider: "trouble", again: true, elsewhere: true, cost: "free" },
  // A provider that fails all the time is left alone.
  "model.breaker-open": { provider: "order", again: false, elsewhere: true, cost: "free" },
  "model.cut": { provider: "trouble", again: true, elsewhere: true, cost: "unknown" },
  "model.silent": { provider: "trouble", again: true, elsewhere: true, cost: "unknown" },
} as const satisfies Record<ModelFaultCode, Meaning>;

/** Of what is not the model's making: nothing that is done here would help. */
const notItsMaking: Meaning = { provider: "order", again: false, elsewhere: false, cost: "unknown" };

/** What a fault means that came of asking a model. */
export function meaningOf({ code }: Pick<Fault, "code">): Meaning {
  return isModels(code) ? meanings[code] : notItsMaking;
}

function isModels(code: FaultCode): code is ModelFaultCode {
  return code in meanings;
}
