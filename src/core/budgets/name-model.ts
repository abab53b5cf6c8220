import type { Usage } from "../../protocol/result.ts";

/** Adds a model to those that the usage names, once. */
export function nameModel({ models }: Pick<Usage, "models">, { provider, model, why }: Usage["models"][number]): void {
  const isNamed = models.some((other) => other.provider === provider && other.model === model && other.why === why);
  if (!isNamed) models.push({ provider, model, why });
}
