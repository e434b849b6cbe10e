// What the things of an answer are called, asked for when they come into sight, and kept.

import { readTerm, shorten } from "./terms.js";

const MOST = 500;
const known = new Map();
let last = Promise.resolve();

const asking = (things) => `PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?name WHERE { VALUES ?thing { ${things.map((each) => `<${each}>`).join(" ")} } ?thing rdfs:label ?name }`;

/** The name of a thing with its language where that is not the page's; null while there is none. */
export const nameOf = (iri) => known.get(iri) ?? null;

/** A term as people read it: the name of a thing, or else what it is. */
export function called(term, settings) {
  if (term.type !== "iri") return term.value;
  return nameOf(term.value)?.text ?? shorten(term.value, settings.prefixes);
}

async function ask(iris, { base, sparql, language }) {
  const wanted = [...new Set(iris)].filter((iri) => iri.startsWith(base) && !known.has(iri) && !/[<>"{}|^`\\\s]/.test(iri)).slice(0, MOST);
  if (!wanted.length) return;
  try {
    const response = await fetch(sparql, {
      method: "POST",
      headers: { Accept: "text/tab-separated-values" },
      body: new URLSearchParams({ query: asking(wanted) }),
    });
    if (!response.ok) return; // asked again when they come into sight again
    for (const iri of wanted) known.set(iri, null);
    for (const line of (await response.text()).trim().split("\n").slice(1)) {
      const [thing, name] = line.split("\t").map(readTerm);
      if (name.language === language || !known.get(thing.value)) {
        known.set(thing.value, { text: name.value, language: name.language === language ? null : name.language });
      }
    }
  } catch {
    // Without names the things are shown by their IRIs.
  }
}

/** Ask what things are called that have no name yet; returns whether any has one now. */
export async function learn(iris, settings) {
  const nameless = iris.filter((iri) => !nameOf(iri));
  last = last.then(() => ask(nameless, settings)); // one after the other, so that none is asked for twice
  await last;
  return nameless.some(nameOf);
}
