import { describe } from "vitest";
import { diskContract } from "../../../core/workspace/disk.contract.ts";
import { RealPathDisk } from "./real-path-disk.ts";

describe("RealPathDisk", () => diskContract((parts) => new RealPathDisk(parts)));
