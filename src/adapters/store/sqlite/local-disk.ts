import { statfsSync } from "node:fs";
import { Fault } from "../../../protocol/fault.ts";

/** File systems whose locks and syncs cannot be relied on, by the magic number that Linux gives them. */
const networkFileSystems = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x517b, "SMB"],
  [0x5346414f, "AFS"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
]);

/** The name of the network file system with this number, or `undefined` for a local one. */
export function networkFileSystem(type: number): string | undefined {
  return networkFileSystems.get(type >>> 0);
}

/** Refuses a data folder whose locks another machine may not see. */
export function refuseNetworkFolder(folder: string, type = statfsSync(folder).type): void {
  const name = process.platform === "linux" ? networkFileSystem(type) : undefined;
  if (name === undefined) return;
  throw new Fault("config.invalid", `Cannot keep data in ${folder}: it is on ${name}, expected a local disk`, {
    facts: { folder, fileSystem: name },
  });
}
