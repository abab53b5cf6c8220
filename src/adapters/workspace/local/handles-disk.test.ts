import { describe } from "vitest";
import { diskContract } from "../../../core/workspace/disk.contract.ts";
import { HandlesDisk } from "./handles-disk.ts";

describe.skipIf(process.platform !== "linux")("HandlesDisk", () => diskContract((parts) => new HandlesDisk(parts)));
