// Completion from this graph: keywords, prefixes, variables, terms of the ontology, and things by name.

import { split } from "./terms.js";

const KEYWORDS = [
  "SELECT", "SELECT DISTINCT", "CONSTRUCT", "ASK", "DESCRIBE", "WHERE", "PREFIX", "FILTER", "FILTER NOT EXISTS",
  "FILTER EXISTS", "OPTIONAL", "UNION", "MINUS", "GRAPH", "BIND", "VALUES", "GROUP BY", "HAVING", "ORDER BY", "DESC",
  "ASC", "LIMIT", "OFFSET", "AS", "IN", "NOT IN", "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT",
  "BOUND", "IF", "COALESCE", "STR", "LANG", "LANGMATCHES", "DATATYPE", "IRI", "STRLEN", "SUBSTR", "UCASE", "LCASE",
  "STRSTARTS", "STRENDS", "CONTAINS", "STRBEFORE", "STRAFTER", "CONCAT", "REPLACE", "REGEX", "ABS", "ROUND", "CEIL",
  "FLOOR", "YEAR", "MONTH", "DAY", "NOW", "isIRI", "isLiteral", "isBlank", "isNumeric", "sameTerm",
];
const WORD = /[?$]?[\p{L}\p{N}_ー々〇・:.-]*$/u;
const MOST = 40;
const fold = (text) => text.normalize("NFKC").toLowerCase();

/** Places of `word` in names: 0 it is the name, 1 a beginning, 2 the beginning of a word, 3 inside, or null. */
function rank(word, names) {
  let best = null;
  for (const name of names) {
    const at = name.indexOf(word);
    if (at < 0) continue;
    const found = name.length === word.length ? 0 : at === 0 ? 1 : /[\s:-]/.test(name[at - 1]) ? 2 : 3;
    if (best === null || found < best) best = found;
  }
  return best;
}

export function declaredPrefixes(text) {
  const found = new Map();
  for (const [, prefix, namespace] of text.matchAll(/^\s*PREFIX\s+([\w.-]*):\s*<([^>]*)>/gim)) found.set(prefix, namespace);
  return found;
}

/** Edits that write a term at its place and declare its prefix where it is not declared. */
function insertTerm(view, from, to, iri, prefixes) {
  const text = view.state.doc.toString();
  const declared = declaredPrefixes(text);
  let short = split(iri, declared);
  const changes = [];
  if (!short) {
    short = split(iri, prefixes);
    if (short && declared.has(short.prefix)) short = null; // the query means something else by it
    if (short) changes.push({ from: 0, insert: `PREFIX ${short.prefix}: <${short.namespace}>\n` });
  }
  const insert = short ? `${short.prefix}:${short.local}` : `<${iri}>`;
  const added = changes.length ? changes[0].insert.length : 0;
  changes.push({ from, to, insert });
  view.dispatch({ changes, selection: { anchor: from + added + insert.length }, userEvent: "input.complete" });
}

function termOption(term, score, settings) {
  const { language, prefixes } = settings;
  const label = term[language] ?? term.ja ?? term.en ?? term.iri;
  const other = language === "ja" ? term.en : term.ja;
  const short = split(term.iri, prefixes);
  return {
    label: short ? `${short.prefix}:${short.local}` : term.iri,
    displayLabel: label,
    detail: short ? `${short.prefix}:${short.local}` : "",
    type: term.kind,
    info: [other, term.definition?.[language]].filter(Boolean).join("\n") || undefined,
    sortText: String(score),
    apply: (view, _completion, from, to) => insertTerm(view, from, to, term.iri, prefixes),
  };
}

function localTerms(word, terms, settings) {
  const found = [];
  for (const term of terms) {
    const score = rank(word, term.names);
    if (score !== null) found.push([score, term]);
  }
  found.sort((left, right) => left[0] - right[0] || right[1].uses - left[1].uses);
  return found.slice(0, MOST).map(([score, term]) => termOption(term, score, settings));
}

async function things(word, settings, context) {
  const abort = new AbortController();
  context.addEventListener("abort", () => abort.abort(), { onDocChange: true });
  try {
    const answer = await fetch(`${settings.complete}?limit=12&q=${encodeURIComponent(word)}`, { signal: abort.signal });
    if (!answer.ok) return [];
    const { items } = await answer.json();
    return items.map((item) => termOption({ iri: item.id, ...item.label, kind: "constant" }, 5, settings));
  } catch {
    return []; // names that do not come are no reason to disturb who types
  }
}

/** The source of completions. `loadTerms` gives the terms of the ontology, fetched once. */
export function completionSource(settings, loadTerms) {
  return async (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    if (/(^|\s)#[^>]*$/.test(before) || /<[^>\s]*$/.test(before) || (before.split('"').length - 1) % 2) return null;
    const text = WORD.exec(before)[0];
    if (!text && !context.explicit) return null;
    const from = context.pos - text.length;
    if (/^[?$]/.test(text)) {
      const names = new Set(context.state.doc.toString().match(/[?$][\w\u0080-\uffff]+/g) ?? []);
      names.delete(text);
      return { from, options: [...names].sort().map((label) => ({ label, type: "variable" })) };
    }
    if (/\bPREFIX\s+[\w.-]*:?$/i.test(before)) {
      const options = settings.prefixes.map(([prefix, namespace]) => ({ label: `${prefix}: <${namespace}>`, type: "namespace" }));
      return { from, options };
    }
    const word = fold(text);
    const terms = await loadTerms();
    if (context.aborted) return null;
    const keywords = word
      ? KEYWORDS.filter((each) => fold(each).startsWith(word)).slice(0, 6).map((label) => ({ label, type: "keyword" }))
      : [];
    const known = localTerms(word, terms, settings);
    const isName = !text.includes(":") && [...text].length > (/[^\u0000-\u02ff]/.test(text) ? 0 : 2);
    const found = isName ? await things(text, settings, context) : [];
    const seen = new Set(known.map((option) => option.label));
    const options = [...keywords, ...known, ...found.filter((option) => !seen.has(option.label))];
    return options.length ? { from, options, filter: false } : null;
  };
}

/** Names under which a term is looked up, folded once. */
export const withNames = (term, prefixes) => {
  const short = split(term.iri, prefixes);
  const names = [term.ja, term.en, ...(term.others ?? [])];
  if (short) names.push(`${short.prefix}:${short.local}`, short.local);
  return { ...term, names: names.filter(Boolean).map(fold) };
};
