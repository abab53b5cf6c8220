import { setFlagsFromString } from "node:v8";

/**
 * Until it is disposed, the engine makes no faster code of what runs often. A start runs nearly everything once: what
 * is optimized then is hardly used, and the optimizers alone take a tenth of the memory of a daemon that is ready.
 * Does nothing where whoever started this process has told the engine anything: it is theirs to say.
 */
export function withoutOptimizing(): Disposable {
  const { execArgv, env, config } = process;
  const isTold = execArgv.length > 0 || (env["NODE_OPTIONS"] ?? "") !== "";
  const variables: Readonly<Record<string, unknown>> = config.variables;
  const optimizers = isTold ? [] : ["opt", ...(variables["v8_enable_maglev"] === 1 ? ["maglev"] : [])];
  for (const optimizer of optimizers) setFlagsFromString(`--no-${optimizer}`);
  return {
    [Symbol.dispose]() {
      for (const optimizer of optimizers) setFlagsFromString(`--${optimizer}`);
    },
  };
}
