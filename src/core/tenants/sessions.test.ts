import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { here, openTenancy, outcomeOf } from "../../../test/support/tenancy.ts";
import { SortableIds } from "../../base/ids.ts";
import { Fault } from "../../protocol/fault.ts";
import { Doors } from "./doors.ts";
import { advanceSecrets } from "./resume-secrets.ts";
import { hashOf } from "./secrets.ts";

const client = { name: "test", version: "1" };

promise(
  "auth.replay",
  "a captured resume secret is refused once the client has shown that it came back, and that is told",
  async () => {
    await using tenancy = await openTenancy();
    const { doors, owner } = tenancy;
    const { opened: first } = await doors.openSession(owner, client);
    const { caller, opened: second } = await doors.resumeSession(first, here);
    expect(caller).toEqual({ ...owner, session: first.session });
    await doors.confirmSession(first.session);
    expect(await outcomeOf(doors.resumeSession(first, { address: "10.0.0.9", client: "thief" }))).toBe("auth.replayed");
    expect(tenancy.audit().at(-1)).toEqual({
      principal: "owner",
      act: "auth.replayed",
      facts: { what: "resume secret", of: first.session, address: "10.0.0.9", client: "thief" },
    });
    expect(await outcomeOf(doors.resumeSession(second, here))).toBe("let in");
  },
);

test("a client whose every answer was cut comes back with the secret it has", async () => {
  await using tenancy = await openTenancy();
  const { opened } = await tenancy.doors.openSession(tenancy.owner, client);
  for (let cut = 0; cut < 5; cut++) await tenancy.doors.resumeSession(opened, here);
  expect(await outcomeOf(tenancy.doors.resumeSession(opened, here))).toBe("let in");
});

promise("auth.replay", "a takeover gets a secret of its own, and the one that was issued before it dies", async () => {
  await using tenancy = await openTenancy();
  const { doors, owner } = tenancy;
  const { opened } = await doors.openSession(owner, client);
  const { opened: cut } = await doors.resumeSession(opened, here);
  const { opened: newest } = await doors.resumeSession(opened, here);
  expect(await outcomeOf(doors.resumeSession(cut, here))).toBe("auth.replayed");
  await doors.confirmSession(opened.session);
  expect(await outcomeOf(doors.resumeSession(newest, here))).toBe("let in");
});

test("a session goes on after the daemon was started again", async () => {
  await using tenancy = await openTenancy();
  const { opened } = await tenancy.doors.openSession(tenancy.owner, client);
  using again = tenancy.start();
  const { caller } = await again.resumeSession(opened, here);
  expect(caller.session).toBe(opened.session);
});

promise(
  ["leak.cross-tenant", "auth.expiry"],
  "what a client said of itself is told to the token that its session belongs to, while it lives, and to no other",
  async () => {
    await using tenancy = await openTenancy();
    const { doors, owner, clock } = tenancy;
    const { opened } = await doors.openSession(owner, { ...client, said: "all about me" });
    using again = tenancy.start();
    expect(await again.visitSession(owner, opened.session)).toBe("all about me");
    const others = [
      { ...owner, token: "another" as typeof owner.token },
      { ...owner, principal: "another" as typeof owner.principal },
    ];
    for (const other of others) expect(await again.visitSession(other, opened.session)).toBeUndefined();
    await clock.advance(opened.ttlMs + 1);
    expect(await again.visitSession(owner, opened.session)).toBeUndefined();
  },
);

promise("auth.replay", "a session ends an hour after its client was last seen, or with its token", async () => {
  await using tenancy = await openTenancy();
  const { doors, administration, owner, clock } = tenancy;
  const { opened: old } = await doors.openSession(owner, client);
  const { opened: seen } = await doors.openSession(owner, client);
  await clock.advance(old.ttlMs - 1);
  await doors.confirmSession(seen.session);
  await clock.advance(1);
  expect(await outcomeOf(doors.resumeSession(old, here))).toBe("session.unknown");
  expect(await outcomeOf(doors.resumeSession(seen, here))).toBe("let in");
  const { token, view } = await tenancy.user("ann");
  const { opened: revoked } = await doors.openSession(await doors.authenticate(token, here), client);
  await administration.revokeToken(owner, { id: view.id });
  expect(await outcomeOf(doors.resumeSession(revoked, here))).toBe("session.unknown");
});

promise("auth.expiry", "a session that opens while its token is revoked does not stay open", async () => {
  await using tenancy = await openTenancy();
  const { doors, administration, owner } = tenancy;
  const { token, view } = await tenancy.user("ann");
  const caller = await doors.authenticate(token, here);
  await administration.revokeToken(owner, { id: view.id });
  expect(await outcomeOf(doors.openSession(caller, client))).toBe("auth.revoked");
});

promise(
  "share.sessions",
  "a principal has as many sessions as it may, however many ask at once, and costs nobody else one",
  async () => {
    await using tenancy = await openTenancy({ maxSessions: 7 });
    const { doors, owner, clock } = tenancy;
    const ann = await doors.authenticate((await tenancy.user("ann")).token, here);
    const open = () =>
      doors.openSession(owner, client).then(
        () => "opened",
        (fault) => fault.code as string,
      );
    const first = await Promise.all(Array.from({ length: 3 }, open));
    const answers = await Promise.all(Array.from({ length: 20 }, open));
    expect([...first, ...answers].filter((answer) => answer === "opened")).toHaveLength(7);
    expect(answers.filter((answer) => answer === "session.limit")).toHaveLength(16);
    expect(await outcomeOf(doors.openSession(ann, client))).toBe("let in");
    await clock.advance(3_600_000);
    expect(await open()).toBe("opened");
  },
);

promise(
  "share.sessions",
  "clients that went without a word lock nobody out, and none that is there is ended",
  async () => {
    await using tenancy = await openTenancy({ maxSessions: 2 });
    const { doors, owner, clock } = tenancy;
    const { opened: here1 } = await doors.openSession(owner, client);
    const { opened: gone } = await doors.openSession(owner, client);
    // A connection has its session seen every half of its life.
    await clock.advance(here1.ttlMs / 2);
    await doors.confirmSession(here1.session);
    expect(await outcomeOf(doors.openSession(owner, client))).toBe("session.limit");
    await clock.advance(here1.ttlMs / 4 + 1);
    expect(await outcomeOf(doors.openSession(owner, client))).toBe("let in");
    expect(await outcomeOf(doors.resumeSession(gone, here))).toBe("session.unknown");
    expect(await outcomeOf(doors.resumeSession(here1, here))).toBe("let in");
    expect(await outcomeOf(doors.openSession(owner, client))).toBe("session.limit");
  },
);

promise(
  "share.sessions",
  "a session whose client said goodbye counts no longer, and nobody comes back to it",
  async () => {
    await using tenancy = await openTenancy({ maxSessions: 1 });
    const { doors, owner } = tenancy;
    for (let run = 0; run < 3; run++) {
      const { opened } = await doors.openSession(owner, client);
      await doors.endSession(opened.session);
      await doors.endSession(opened.session);
      expect(await outcomeOf(doors.resumeSession(opened, here))).toBe("session.unknown");
    }
  },
);

promise("auth.replay", "the store turns secrets as the reducer says, also across starts", async () => {
  await using tenancy = await openTenancy();
  const moves = fc.array(fc.constantFrom("resume", "resume lost", "confirm", "replay", "restart"), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(moves, async (run) => {
      using story = await openStory(tenancy);
      for (const move of run) await story[move]();
    }),
    { numRuns: 40, includeErrorInReport: true },
  );
});

/** One session through its moves; each checks that the store's row is what the reducer makes of the row before. */
async function openStory({ store, owner, start }: Awaited<ReturnType<typeof openTenancy>>) {
  let doors: Doors = start();
  const { opened } = await doors.openSession(owner, client);
  const { session } = opened;
  const had = [opened.secret];

  const row = async () => (await store.session({ session })) ?? expect.fail("the session is gone");

  async function resume(secret: string): Promise<string | undefined> {
    const before = await row();
    const hash = hashOf(secret);
    const answer = await doors.resumeSession({ session, secret }, here).catch((fault: Fault) => fault);
    const issued = answer instanceof Fault ? "" : answer.opened.secret;
    const older = hash === before.previousHash ? "previous" : "neither";
    const shown = hash === before.secretHash ? "current" : older;
    const next = advanceSecrets(before, { type: "resumed", shown, issued: hashOf(issued) });
    expect(answer instanceof Fault ? answer.code : "resumed").toBe(next === undefined ? "auth.replayed" : "resumed");
    expect(await row()).toMatchObject(next ?? before);
    return next === undefined ? undefined : issued;
  }

  return {
    async resume() {
      const issued = await resume(had.at(-1) ?? "");
      had.push(issued ?? expect.fail("the client was locked out"));
    },
    async "resume lost"() {
      expect(await resume(had.at(-1) ?? "")).toBeDefined();
    },
    async replay() {
      const older = had.at(-3);
      if (older !== undefined) expect(await resume(older)).toBeUndefined();
    },
    async confirm() {
      const before = await row();
      // Only a client that got the newest secret sends a frame.
      if (before.secretHash !== hashOf(had.at(-1) ?? "")) return;
      await doors.confirmSession(session);
      expect(await row()).toMatchObject(advanceSecrets(before, { type: "confirmed" }) ?? {});
    },
    async restart() {
      doors[Symbol.dispose]();
      doors = start();
    },
    [Symbol.dispose]: () => doors[Symbol.dispose](),
  };
}

test("on a full disk a client is let in without a session that is kept; one whose words must be kept is refused", async () => {
  await using tenancy = await openTenancy();
  const full = async () => {
    throw new Fault("store.full", "Cannot write to the store: the disk is full, expected room");
  };
  const settings = { sessionTtlMs: 1000, maxSessions: 10, allRoots: [] };
  const { clock } = tenancy;
  const ids = new SortableIds(clock);
  using doors = new Doors({ store: { ...tenancy.store, putSession: full }, clock, ids, settings });
  const { caller, opened } = await doors.openSession(tenancy.owner, client);
  expect(caller).toEqual({ ...tenancy.owner, session: opened.session });
  expect(await outcomeOf(doors.resumeSession(opened, here))).toBe("session.unknown");
  const refused = doors.openSession(tenancy.owner, { ...client, said: "{}" });
  await expect(refused).rejects.toMatchObject({ code: "store.full" });
});
