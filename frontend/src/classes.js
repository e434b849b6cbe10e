// A map of classes: what kinds of things an answer speaks of, and which kinds stand in a row together.

import { html, say } from "./elements.js";
import { drawn } from "./network.js";
import { columnsOf } from "./pictures.js";
import { readTerm, shorten } from "./terms.js";

const MOST_THINGS = 500;

/** The most specific classes of things, with a label in the page's language where they have one. */
// Views are classes for browsing, one for each value of a facet: they would be as many as the things.
const asking = (things, { base, language }) => `PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?class (SAMPLE(?text) AS ?label) WHERE {
  VALUES ?thing { ${things.map((each) => `<${each}>`).join(" ")} }
  ?thing a ?class .
  ${shown("?class", base)}
  FILTER NOT EXISTS {
    ?thing a ?narrower . ?narrower rdfs:subClassOf+ ?class .
    FILTER(?narrower != ?class)
    ${shown("?narrower", base)}
  }
  OPTIONAL { ?class rdfs:label ?text . FILTER(LANG(?text) = "${language}") }
} GROUP BY ?thing ?class ORDER BY ?thing ?class`;

const shown = (name, base) => `FILTER(isIRI(${name}) && !STRSTARTS(STR(${name}), "${base}views#")
    && !STRSTARTS(STR(${name}), "http://www.w3.org/2002/07/owl#"))`;

async function classesOf(things, settings) {
  const response = await fetch(settings.sparql, {
    method: "POST",
    headers: { Accept: "text/tab-separated-values" },
    body: new URLSearchParams({ query: asking(things, settings) }),
  });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  const found = new Map();
  for (const line of (await response.text()).trim().split("\n").slice(1)) {
    const [thing, type, label] = line.split("\t").map(readTerm);
    if (!found.has(thing.value)) found.set(thing.value, []);
    found.get(thing.value).push({ value: type.value, label: label?.value });
  }
  return found;
}

/** The things of an answer, row by row, until they are too many to ask about. */
function collect(answer) {
  const columns = columnsOf(answer, "iri");
  const things = new Set();
  const rows = [];
  let isCut = false;
  for (let index = 0; index < answer.length && !isCut; index += 1) {
    const row = columns.map((column) => answer.cell(index, column)).filter((term) => term?.type === "iri").map((term) => term.value);
    isCut = new Set([...things, ...row]).size > MOST_THINGS;
    if (isCut) break;
    for (const each of row) things.add(each);
    rows.push(row);
  }
  return { things: [...things], rows, isCut };
}

async function draw(answer, settings) {
  const { things, rows, isCut } = collect(answer);
  const classes = await classesOf(things, settings);
  const nodes = new Map();
  for (const each of [...classes.values()].flat()) {
    if (!nodes.has(each.value)) nodes.set(each.value, { ...each, type: "iri", links: 0 });
    nodes.get(each.value).links += 1;
  }
  const { words, language } = settings;
  for (const node of nodes.values()) {
    node.name = `${node.label ?? shorten(node.value, settings.prefixes)} (${node.links.toLocaleString(language)})`;
  }
  const links = new Map();
  for (const row of rows) {
    for (const [place, thing] of row.entries()) {
      for (const from of classes.get(thing) ?? []) {
        for (const to of row.slice(place + 1).flatMap((other) => classes.get(other) ?? [])) {
          const key = `${from.value}\n${to.value}`;
          if (from.value === to.value) continue;
          if (!links.has(key)) links.set(key, { from: nodes.get(from.value), to: nodes.get(to.value), rows: 0 });
          links.get(key).rows += 1;
        }
      }
    }
  }
  for (const link of links.values()) link.name = `${link.from.name} – ${link.to.name}: ${say(words.rowsOf, { rows: link.rows })}`;
  const counts = say(words.classesOf, { classes: nodes.size, things: things.length });
  const note = isCut ? say(words.classesCut, { most: MOST_THINGS }) : "";
  return drawn([...nodes.values()], [...links.values()], settings, [counts, note].filter(Boolean).join(" — "));
}

/** The map of an answer, or null when no column holds things. It fills itself when the classes are known. */
export function classMap(answer, settings) {
  if (columnsOf(answer, "iri").length === 0) return null;
  const stage = html("div", { class: "stage", "aria-busy": "true" });
  draw(answer, settings)
    .then((figure) => stage.replaceChildren(figure))
    .catch((error) => stage.replaceChildren(html("p", { role: "alert" }, `${settings.words.failed} ${error.message}`)))
    .finally(() => stage.removeAttribute("aria-busy"));
  return stage;
}
