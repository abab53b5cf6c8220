import { describe } from "vitest";
import { messages } from "../../../../test/support/vendor-protocols/messages.ts";
import { modelContract } from "../../../core/models/model.contract.ts";
import { anthropicModel } from "./anthropic-model.ts";

describe("anthropicModel", () => modelContract(anthropicModel, messages));
