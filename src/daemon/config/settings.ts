import { join } from "node:path";
import type { AutoRule } from "../../core/models/auto.ts";
import type { NamedCommand } from "../../core/processes/commands/command.ts";
import type { Way } from "../../core/processes/process-host.ts";
import type { Profile } from "../../core/tools/profiles.ts";
import type { UpstreamServer } from "../../core/upstreams/server.ts";
import type { Values } from "./declared/declared.ts";
import type { DeclaredFacts, Fallback } from "./model-kinds.ts";
import type { Secret } from "./secret.ts";
import { type VendorSettings, vendorSettings } from "./vendor-settings.ts";

export interface ProviderSettings {
  apiKey?: Secret;
  baseUrl?: string;
  maxInflight?: number;
  /** Which of the vendor's addresses, where it has several. */
  region?: string;
  defaultModel?: string;
  /** The longest silence before and within an answer. */
  idleMs?: number;
}

/** The settings as the daemon uses them: checked, nested, units in the names. */
export interface Settings {
  home: string;
  /** Where the owner's token lies, 0600. */
  ownerTokenFile: string;
  ownToken?: Secret;
  roots: readonly string[];
  listen: {
    host: string;
    /** 0 for any free one. */
    port: number;
    maxFrameBytes: number;
    allowedHosts: readonly string[];
    allowedOrigins: readonly string[];
    tls?: { certFile: string; keyFile: string };
    behindProxy: boolean;
  };
  sessions: { maxPerPrincipal: number; ttlMs: number; disconnectGraceMs: number };
  inflight: { global: number; principal: number; session: number; commands: number };
  /** So late, new calls are refused. */
  overloadLateMs: number;
  /** Of one principal at once. */
  agentRuns: number;
  deadlines: {
    workflowMs: number;
    expertMs: number;
    simpleMs: number;
    commandMs: number;
    agentMs: number;
  };
  budget: { usdPerDay?: number; tokensPerDay?: number };
  tools: {
    profile: Profile;
    enabled: readonly string[];
    disabled: readonly string[];
    /** Whether workflows ask an expert where the request does not say. */
    asksExpert: boolean;
    commands: readonly string[];
    variables: readonly string[];
    /** Commands of your own, before those of the catalogue. */
    named: readonly NamedCommand[];
    /** Other MCP servers, whose tools are this daemon's too. */
    upstreams: readonly UpstreamServer[];
    /** No command runs in a worse way; absent, what nothing confines is for the owner alone. */
    leastWay: Way | undefined;
    /** The daemon's own variable of this name, for commands that get it. */
    variable: (name: string) => string | undefined;
  };
  /** What MCP clients take, and those of some names. */
  mcp: {
    waitMs: number;
    textTokens: number;
    clients: readonly { name: string; waitMs?: number; textTokens?: number }[];
  };
  confinement: {
    /** The best that is used where it works. */
    way?: Way;
    /** What confined commands may read besides the system. */
    readable: readonly string[];
    /** Who runs the confined commands of a daemon that is root. */
    account?: { uid: number; gid: number };
  };
  store: { durability: "disk" | "process"; databaseUrl?: Secret; maxBytes: number; resultTtlMs: number };
  providers: Readonly<Record<string, ProviderSettings>>;
  models: {
    defaultModel: string;
    auto: readonly AutoRule[];
    fallbacks: readonly Fallback[];
    /** What is said of models, by `provider/model`. */
    declared: Readonly<Record<string, DeclaredFacts>>;
  };
  /** Slots of providers that have no number of their own. */
  providerMaxInflight: number;
  logLevel: string;
  traceEndpoint?: string;
  drainMs: number;
}

/** Of these, what a running daemon takes over anew; all else is as it was at its start. */
export type LivePart = Pick<Settings, "budget" | "logLevel" | "drainMs"> & {
  models: Pick<Settings["models"], "defaultModel">;
  tools: Pick<Settings["tools"], "upstreams" | "variable">;
};

interface Defaults {
  home: string;
  root: string;
  variable: (name: string) => string | undefined;
}

/** The nested view of checked values; what is not set is absent. */
export function settingsOf(values: Values, defaults: Defaults): Settings {
  const home = values.EXAI_HOME ?? defaults.home;
  return {
    home,
    ownerTokenFile: join(home, "owner.token"),
    roots: values.EXAI_ROOTS ?? [defaults.root],
    listen: listenOf(values),
    sessions: {
      maxPerPrincipal: values.EXAI_MAX_SESSIONS,
      ttlMs: values.EXAI_SESSION_TTL_SECS,
      disconnectGraceMs: values.EXAI_DISCONNECT_GRACE_SECS,
    },
    inflight: {
      global: values.EXAI_WS_GLOBAL_MAX_INFLIGHT,
      principal: values.EXAI_PRINCIPAL_MAX_INFLIGHT,
      session: values.EXAI_WS_SESSION_MAX_INFLIGHT,
      commands: values.EXAI_EXEC_MAX_INFLIGHT,
    },
    overloadLateMs: values.EXAI_OVERLOAD_LATE_SECS,
    agentRuns: values.EXAI_AGENT_MAX_RUNS,
    deadlines: deadlinesOf(values),
    budget: present({ usdPerDay: values.EXAI_BUDGET_USD_PER_DAY, tokensPerDay: values.EXAI_BUDGET_TOKENS_PER_DAY }),
    tools: toolsOf(values, defaults),
    mcp: mcpOf(values),
    confinement: {
      readable: values.EXAI_EXEC_READ,
      ...present({ way: values.EXAI_EXEC_CONFINEMENT, account: values.EXAI_EXEC_USER }),
    },
    store: {
      durability: values.EXAI_DURABILITY,
      maxBytes: values.EXAI_DATA_MAX_BYTES,
      resultTtlMs: values.EXAI_WS_RESULT_TTL,
      ...present({ databaseUrl: values.EXAI_DATABASE_URL }),
    },
    providers: providersOf(values),
    models: {
      defaultModel: values.DEFAULT_MODEL,
      auto: values.EXAI_AUTO_MODELS,
      fallbacks: values.EXAI_MODEL_FALLBACKS,
      declared: values.EXAI_MODELS,
    },
    providerMaxInflight: values.EXAI_PROVIDER_MAX_INFLIGHT,
    logLevel: values.LOG_LEVEL,
    drainMs: values.EXAI_DRAIN_SECS,
    ...present({ ownToken: values.EXAI_WS_TOKEN, traceEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT }),
  };
}

function deadlinesOf(values: Values): Settings["deadlines"] {
  return {
    workflowMs: values.WORKFLOW_TOOL_TIMEOUT_SECS,
    expertMs: values.EXPERT_ANALYSIS_TIMEOUT_SECS,
    simpleMs: values.SIMPLE_TOOL_TIMEOUT_SECS,
    commandMs: values.EXAI_EXEC_TIMEOUT_SECS,
    agentMs: values.EXAI_AGENT_TIMEOUT_SECS,
  };
}

function toolsOf(values: Values, { variable }: Defaults): Settings["tools"] {
  return {
    profile: values.TOOL_PROFILE,
    enabled: values.ENABLED_TOOLS,
    disabled: values.DISABLED_TOOLS,
    asksExpert: values.DEFAULT_USE_ASSISTANT_MODEL,
    commands: values.EXAI_EXEC_ALLOW,
    variables: values.EXAI_EXEC_ENV,
    named: values.EXAI_COMMANDS,
    upstreams: values.EXAI_MCP_SERVERS,
    leastWay: values.EXAI_EXEC_MIN_CONFINEMENT,
    variable,
  };
}

function mcpOf(values: Values): Settings["mcp"] {
  const clients = values.EXAI_MCP_CLIENTS.map(({ name, waitSecs, textTokens }) => ({
    name,
    ...(waitSecs !== undefined && { waitMs: Math.round(waitSecs * 1000) }),
    ...(textTokens !== undefined && { textTokens }),
  }));
  return { waitMs: values.EXAI_MCP_WAIT_SECS, textTokens: values.EXAI_MCP_TEXT_TOKENS, clients };
}

function listenOf(values: Values): Settings["listen"] {
  const { EXAI_TLS_CERT: certFile, EXAI_TLS_KEY: keyFile } = values;
  return {
    host: values.EXAI_WS_HOST,
    port: values.EXAI_WS_PORT,
    maxFrameBytes: values.EXAI_WS_MAX_BYTES,
    allowedHosts: values.EXAI_ALLOWED_HOSTS,
    allowedOrigins: values.EXAI_ALLOWED_ORIGINS,
    behindProxy: values.EXAI_BEHIND_PROXY,
    ...(certFile === undefined || keyFile === undefined ? {} : { tls: { certFile, keyFile } }),
  };
}

function providersOf(values: Values): Settings["providers"] {
  const named = values.EXAI_ENDPOINTS.map(({ name, ...endpoint }) => [name, endpoint] as const);
  const vendors = Object.entries(vendorSettings).map(([name, of]) => [name, providerOf(values, of)] as const);
  return Object.fromEntries([...vendors, ...named]);
}

function providerOf(values: Values, of: VendorSettings): ProviderSettings {
  return present({
    apiKey: values[of.apiKey],
    baseUrl: values[of.baseUrl],
    region: of.region && values[of.region],
    maxInflight: of.maxInflight && values[of.maxInflight],
    idleMs: of.idleMs && values[of.idleMs],
  });
}

/** The fields that have a value: absent is not the same as undefined. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
