import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { promise } from "../../promise.ts";
import { AuthorizationServer } from "../../support/upstreams/authorization-server.ts";
import { HttpNotebook } from "../../support/upstreams/http-server.ts";
import { daemonOver, doorOf, toolsOf, upstreamsOf, use } from "./servers.ts";

const secret = "a-secret-that-nobody-tells";
const client = { id: "exai", secret };

function entryOf(notebook: HttpNotebook, issuer: string, more: object = {}) {
  const oauth = { issuer, clientId: "exai", secret: "CLIENT_SECRET" };
  return { notebook: { url: notebook.url, oauth, headers: { "x-tenant": "ours" }, ...more } };
}

test.each(["2025-11-25", "2026-07-28"])(
  "a server of %s that wants a token is asked with one of its authorization server's, and with another when that is over",
  async (protocol) => {
    await using notebook = await HttpNotebook.open();
    await using granting = await AuthorizationServer.open(client);
    granting.protect(notebook);
    await using daemon = await daemonOver(entryOf(notebook, granting.issuer, { protocol }), { CLIENT_SECRET: secret });
    await expect.poll(() => toolsOf(daemon)).toContain("notebook.recall");
    expect(await use(daemon, "notebook.remember", { note: "milk" })).toMatchObject({ content: "remembered milk" });
    const [{ form, authorization } = { form: new URLSearchParams(), authorization: "" }] = granting.asked;
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: "client_credentials",
      resource: notebook.url,
      scope: "notes",
    });
    expect(authorization).toMatch(/^Basic /);
    const before = granting.asked.length;
    granting.good.clear();
    expect(await use(daemon, "notebook.recall")).toMatchObject({ content: "milk" });
    expect(granting.asked.length).toBeGreaterThan(before);
    const bob = await doorOf(daemon, "bob");
    expect(await toolsOf(bob)).not.toContain("notebook.recall");
  },
);

promise(
  "leak.secret",
  "a client's secret goes to the issuer of its entry alone, its token to the server alone, and neither is told to anybody",
  async () => {
    await using notebook = await HttpNotebook.open();
    await using granting = await AuthorizationServer.open(client);
    await using thief = await AuthorizationServer.open(client);
    granting.protect(notebook, thief.issuer);
    await using daemon = await daemonOver(entryOf(notebook, granting.issuer), { CLIENT_SECRET: secret });
    const told = await use(daemon, "notebook.recall");
    expect(told.fault).toMatchObject({
      code: "upstream.unavailable",
      message: expect.stringContaining(granting.issuer),
    });
    expect([thief.asked, granting.asked]).toEqual([[], []]);
    granting.protect(notebook);
    const wanted = notebook.instead;
    notebook.instead = (request, response) => {
      const { authorization = "" } = request.headers;
      if (request.method !== "POST" || authorization === "") return wanted(request, response);
      response.writeHead(200, { "content-type": "application/json" });
      const error = { code: -32_000, message: `it was ${authorization}` };
      void json(request).then((asked) => {
        response.end(JSON.stringify({ jsonrpc: "2.0", id: (asked as { id: number }).id, error }));
      });
      return true;
    };
    await expect
      .poll(async () => (await use(daemon, "notebook.recall")).fault?.message)
      .toMatch(/it was Bearer \[secret\]/);
    expect(granting.asked.length).toBeGreaterThan(0);
    const everything = JSON.stringify(await upstreamsOf(daemon));
    expect(everything).not.toMatch(/a-token-number|a-secret-that/);
  },
);

test("a client that its authorization server does not know is told as such, with what it says", async () => {
  await using notebook = await HttpNotebook.open();
  await using granting = await AuthorizationServer.open(client);
  granting.protect(notebook);
  await using daemon = await daemonOver(entryOf(notebook, granting.issuer), { CLIENT_SECRET: "another-secret" });
  const { fault } = await use(daemon, "notebook.recall");
  expect(fault).toMatchObject({
    code: "upstream.unavailable",
    message: expect.stringMatching(/nobody knows this client/),
  });
  expect(JSON.stringify(fault)).not.toContain("another-secret");
});

test("a token that is a mere letter leaves what its server answers as it is", async () => {
  await using notebook = await HttpNotebook.open();
  await using granting = await AuthorizationServer.open(client);
  granting.tokenOf = () => "e";
  granting.protect(notebook);
  await using daemon = await daemonOver(entryOf(notebook, granting.issuer), { CLIENT_SECRET: secret });
  expect(await use(daemon, "notebook.remember", { note: "cheese" })).toMatchObject({ content: "remembered cheese" });
});
