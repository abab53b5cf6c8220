const files = "`chat` with `files`, which shows them to any model and uploads nothing";
const search = "`chat` with `use_websearch: true`";
const nothingUploaded = "nothing: no file is uploaded to a vendor, so none is fetched or cleaned up there";
const chatOf = (provider: string) => `\`chat\` with \`model: "${provider}"\`, or a name that \`listmodels\` tells`;

/** Tools of former versions and of like servers, with what does their work now; the first that fits counts. */
export const retiredTools: Readonly<Record<string, string>> = {
  smart_file_query: files,
  smart_file_download: nothingUploaded,
  kimi_upload_files: files,
  kimi_upload_and_extract: files,
  kimi_chat_with_files: files,
  kimi_multi_file_chat: files,
  kimi_manage_files: nothingUploaded,
  kimi_intent_analysis: '`chat` with `model: "auto"`: its result says why this model was chosen',
  kimi_capture_headers: "nothing: each result names its model, tokens and cost",
  kimi_web_search: search,
  kimi_chat_with_tools: "`agent`, which gives a model tools of this server; for a question alone `chat`",
  glm_upload_file: files,
  glm_multi_file_chat: files,
  glm_web_search: search,
  glm_payload_preview: "nothing: the result of `chat` lists the files and lines that the model was shown",
  "kimi_*": chatOf("kimi"),
  "glm_*": chatOf("glm"),
  provider_capabilities: "`listmodels`",
  health: "`status`",
  "self*check": "`status`",
  activity: '`calls` with `action: "list"`; the log is `exai logs`',
  toolcall_log_tail: '`calls` with `action: "list"`; the log is `exai logs`',
  test_echo: "`echo`",
  clink: "`exec` with a named command, as `exai commands` lists them, or `agent`",
  apilookup: search,
};
