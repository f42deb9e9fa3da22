import type { RemediationView } from "../model/remediation.ts";

/**
 * What `status` says of remediation, a sentence each; empty while nothing is done and nothing is
 * to be told. The second part is true where a person has to see to it.
 */
export function remediationSentences(
  view: RemediationView | undefined,
): readonly { readonly text: string; readonly urgent: boolean }[] {
  if (view === undefined) return [];
  const { mode, paused, breakerOpen, unfinished } = view;
  const sentences: { text: string; urgent: boolean }[] = [];
  if (unfinished !== null && unfinished.length > 0) {
    const ids = unfinished.join(", ");
    const text = `under way, or left by an agent that died: ${ids}; see onemaster remediate`;
    sentences.push({ text, urgent: true });
  }
  if (breakerOpen === true) {
    const text =
      "stopped after two failures in a row; see onemaster incidents, then " +
      "onemaster remediate --reset-breaker";
    sentences.push({ text, urgent: true });
  }
  if (mode === "off") return sentences;
  if (paused === true) {
    sentences.push({ text: "paused by the file pause in the state directory", urgent: true });
  }
  if (paused === null || breakerOpen === null || unfinished === null) {
    const text = "the state directory could not be read: whether it may act is not known";
    sentences.push({ text, urgent: true });
  }
  const says = mode === "on" ? "groups that should not be there are ended" : "nothing is ended";
  sentences.push({ text: `mode ${mode}: ${says}`, urgent: false });
  return sentences;
}
