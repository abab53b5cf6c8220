/** A small change that brings the fault behind a promise back. Each one by itself must turn a citing test red. */
export interface FaultPatch {
  /** Path from the root of the repository. */
  file: string;
  /** Occurs in the file exactly once. */
  find: string;
  replace: string;
  /** Set where the fault shows as a test that never ends; otherwise only a failed assertion counts. */
  expect?: "timeout";
}
