// Faults as the service tells them, and the fixes that follow from its hints.

import { positionOf } from "./editor.js";

const FIXES = [
  // Declare a prefix.
  { hint: /put this line first: (PREFIX [^\s:]*: <[^>]*>)/, changes: ([, line]) => [{ from: 0, insert: `${line}\n` }] },
  // Close a bracket at the end.
  {
    hint: /is never closed: add (.)$/,
    changes: ([, bracket], doc) => [{ from: doc.length, insert: `\n${bracket}` }],
  },
  // Take a stray bracket out.
  {
    hint: /^nothing opened this (.): take it out/,
    changes: (_, doc, at) => [{ from: at, to: at + 1 }],
  },
  // Another prefix was meant.
  {
    hint: /^did you mean ([^\s:]*):, which the query declares\?/,
    changes: ([, prefix], doc, at) => {
      const name = /^[^\s:]*:/.exec(doc.sliceString(at, at + 80));
      return name ? [{ from: at, to: at + name[0].length, insert: `${prefix}:` }] : null;
    },
  },
];

/** The changes that mend a fault, or null when its hint names none. */
export function fixOf(problem, doc) {
  const hint = problem.english?.hint ?? problem.hint ?? "";
  const at = problem.line ? positionOf(doc, problem.line, problem.column) : 0;
  for (const { hint: pattern, changes } of FIXES) {
    const found = pattern.exec(hint);
    if (found) return changes(found, doc, at);
  }
  return null;
}
