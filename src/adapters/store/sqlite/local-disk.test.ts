import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { networkFileSystem, refuseNetworkFolder } from "./local-disk.ts";

test("network file systems are told by their number, also where it comes signed", () => {
  expect(networkFileSystem(0x6969)).toBe("NFS");
  expect(networkFileSystem(0xff534d42)).toBe("CIFS");
  expect(networkFileSystem(0xff534d42 | 0)).toBe("CIFS");
  expect(networkFileSystem(0xfe534d42)).toBe("SMB");
});

test("local file systems are none of them", () => {
  for (const local of [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630])
    expect(networkFileSystem(local)).toBeUndefined();
});

test.runIf(process.platform === "linux")("a data folder on one is refused by name, a local one is not", () => {
  expect(() => refuseNetworkFolder(tmpdir())).not.toThrow();
  expect(() => refuseNetworkFolder(tmpdir(), 0x6969)).toThrow(/Cannot keep data in .*: it is on NFS/);
});
