import { expect, test } from "vitest";
import { homeOf } from "./home.ts";
import { isNear, placeOf } from "./place.ts";
import { urlOf } from "./running.ts";
import { versionNote } from "./version-note.ts";

test("the daemon that is meant is the one of the data folder, unless an address names another", () => {
  expect(placeOf({ HOME: "/home/me" })).toEqual({
    kind: "local",
    token: undefined,
    home: "/home/me/.exai",
    starts: true,
  });
  expect(placeOf({ EXAI_HOME: "/data", EXAI_AUTOSTART: "0", EXAI_TOKEN: " t " })).toMatchObject({
    token: "t",
    home: "/data",
    starts: false,
  });
  expect(placeOf({ EXAI_URL: "wss://a.example/v1/ws", EXAI_CALL: "c" })).toMatchObject({
    kind: "named",
    url: "https://a.example",
    token: "c",
  });
  for (const EXAI_URL of ["nonsense", "ftp://a.example"]) expect(() => placeOf({ EXAI_URL })).toThrow("EXAI_URL");
  expect(homeOf({ EXAI_HOME: "", HOME: "/home/me" })).toBe("/home/me/.exai");
  for (const EXAI_HOME of ["data", "./data", "~/data"]) expect(() => homeOf({ EXAI_HOME })).toThrow("EXAI_HOME");
});

test("a daemon that listens everywhere is reached over loopback, and only loopback counts as this machine", () => {
  expect(urlOf({ scheme: "http", host: "0.0.0.0", port: 1 })).toBe("http://127.0.0.1:1");
  expect(urlOf({ scheme: "https", host: "::", port: 1 })).toBe("https://[::1]:1");
  expect(urlOf({ scheme: "http", host: "fe80::1", port: 1 })).toBe("http://[fe80::1]:1");
  expect(["http://127.0.0.1:1", "http://localhost", "http://[::1]:2"].every(isNear)).toBe(true);
  expect(["http://127.example.com", "http://10.0.0.1", "https://a.example"].some(isNear)).toBe(false);
});

test("a daemon of another version is told about, with what brings it up to date where that can be done from here", () => {
  expect(versionNote("0.0.1", "local")).toMatch(/the daemon is 0\.0\.1.*restart/);
  expect(versionNote("0.0.1", "named")).not.toContain("restart");
});
