import { expect, test } from "vitest";
import { Fault, type FaultCode } from "../../protocol/fault.ts";
import { faultText } from "./fault-text.ts";

const told = (code: FaultCode, facts: Record<string, unknown>, message = "Cannot do it") =>
  faultText(new Fault(code, message, { facts }));

test("what to do about a refused command names the setting that refused it", () => {
  for (const setting of ["EXAI_EXEC_ENV", "EXAI_EXEC_ALLOW"])
    expect(told("process.refused", { setting })).toContain(`in ${setting} and restart`);
  expect(told("process.refused", { setting: "EXAI_EXEC_MIN_CONFINEMENT" })).not.toContain("EXAI_EXEC_ALLOW");
  expect(told("process.refused", { setting: "EXAI_EXEC_ALLOW", program: "./a" })).toContain("absolute path");
});

test("who has a provider is told to choose a model, who has none to set a key", () => {
  expect(told("model.none", { providers: ["custom"] })).toMatch(/--model.*DEFAULT_MODEL/);
  expect(told("model.none", { settings: ["GLM_API_KEY"] })).toContain("set a key such as GLM_API_KEY");
});

test("who lacks a scope is sent to whoever may give it", () => {
  const text = told("auth.scope", { scope: "exec", has: ["tools"] });
  expect(text).toContain("ask whoever gave you the token for one with the scope exec");
  expect(text).not.toContain("tokens list");
});

test("a wait is told in the unit that fits it", () => {
  for (const [retryAfterMs, said] of [
    [1500, "in 2 s"],
    [65_598_000, "in 18 h"],
  ] as const)
    expect(faultText(new Fault("admission.rate", "Cannot ask", { facts: {}, retryAfterMs }))).toContain(said);
});

test("a token without a root is sent for one, a directory outside is to be left or added", () => {
  expect(told("workspace.outside", { roots: [] })).toContain("--root DIR");
  expect(told("workspace.outside", { roots: ["/data"] })).toMatch(/go into .* EXAI_ROOTS/);
});

test("where nobody answers, the address that was given is doubted, or a start is offered", () => {
  expect(told("client.disconnected", { url: "http://127.0.0.1:1" })).toContain("is EXAI_URL right?");
  expect(told("client.disconnected", { home: "/data" })).toContain("serve");
});

test("a tool that almost has the name is offered, and nothing where none has", () => {
  const message = `Cannot find tool "ecko", expected one of chat, echo`;
  expect(told("tool.unknown", { near: ["echo"] }, message)).toContain("did you mean echo?");
  expect(told("tool.unknown", { near: ["chat", "echo"] }, message)).not.toContain("did you mean");
});
