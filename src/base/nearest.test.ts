import { expect, test } from "vitest";
import { alike, nearest } from "./nearest.ts";

const names = ["EXAI_WS_PORT", "EXAI_WS_HOST", "GLM_API_KEY"];

test("the nearest names come first, as many as are wanted, whatever the case of their letters", () => {
  expect(nearest("exai_ws_prot", names, { most: 5, share: 0.5 })).toEqual(["EXAI_WS_PORT", "EXAI_WS_HOST"]);
  expect(nearest("exai_ws_prot", names, { most: 1, share: 0.5 })).toEqual(["EXAI_WS_PORT"]);
});

test("a name that has too little in common stays out, so that nothing is proposed for nonsense", () => {
  expect(nearest("xyzzy", names, { most: 5, share: 0.7 })).toEqual([]);
  expect(nearest("glm_api_kez", names, { most: 5, share: 0.05 })).toEqual([]);
});

test("what may have been meant is near, and what is merely short is not", () => {
  const near = (wanted: string, known: string[]) => nearest(wanted, known, { most: 3, share: alike });
  expect(near("gti", ["git", "sh"])).toEqual(["git"]);
  expect(near("sttaus", ["status"])).toEqual(["status"]);
  expect(near("env", ["nl", "node"])).toEqual([]);
  expect(near("nosuchprog", ["nproc"])).toEqual([]);
  expect(near("nosuch", ["bash", "node", "sh", "search"])).toEqual([]);
});

test("a letter put in, left out, exchanged, or two that changed places, is one edit", () => {
  for (const wanted of ["glmx", "gl", "gxm", "lgm", "gml"])
    expect(nearest(wanted, ["glm"], { most: 1, share: 0.5 })).toEqual(["glm"]);
  expect(nearest("", ["glm"], { most: 1, share: 1 })).toEqual([]);
});
