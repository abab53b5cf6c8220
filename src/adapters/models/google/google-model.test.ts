import { describe } from "vitest";
import { generateContent } from "../../../../test/support/vendor-protocols/generate-content.ts";
import { modelContract } from "../../../core/models/model.contract.ts";
import { googleModel } from "./google-model.ts";

describe("googleModel", () => modelContract(googleModel, generateContent));
