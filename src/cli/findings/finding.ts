/** One thing that was looked at. A note is worth knowing and stops nothing. */
export interface Finding {
  state: "fine" | "note" | "wrong";
  about: string;
  text: string;
}
