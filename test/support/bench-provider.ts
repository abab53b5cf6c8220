import type { ProviderFacts } from "../../src/core/models/catalogue.ts";

type ModelFacts = ProviderFacts["models"][number];

const price = { inputUsdPerMillion: 1, outputUsdPerMillion: 10, source: "this bench", date: "2026-01-01" };

/** What is known of the provider `bench`, which has these models, a dollar for a million tokens in and ten for those out. */
export function benchProvider(models: readonly Omit<ModelFacts, "price">[]): ProviderFacts {
  return {
    provider: "bench",
    title: "Bench",
    baseUrl: "http://localhost/v1",
    keys: ["BENCH_API_KEY"],
    prefixes: ["small-", "large-"],
    source: "this bench",
    date: "2026-01-01",
    models: models.map((model) => ({ ...model, price })),
  };
}
