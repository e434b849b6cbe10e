// RDF terms: read from the cells of SPARQL TSV, and written short with prefixes.

const ESCAPES = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f", '"': '"', "'": "'", "\\": "\\" };
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMERIC = new Set(
  ["integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger"].map((name) => XSD + name),
);
const LITERAL = /^"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?$/s;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const LOCAL_NAME = /^[A-Za-z0-9_](?:[\w.-]*[\w-])?$/;

const unescape = (text) =>
  text.includes("\\")
    ? text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/gs, (_, four, eight, one) =>
        one === undefined ? String.fromCodePoint(parseInt(four ?? eight, 16)) : (ESCAPES[one] ?? one))
    : text;

/** Read one cell. Returns null for an unbound variable. */
export function readTerm(cell) {
  if (cell === "") return null;
  if (cell[0] === "<") return { type: "iri", value: unescape(cell.slice(1, -1)) };
  if (cell.startsWith("_:")) return { type: "blank", value: cell };
  const literal = LITERAL.exec(cell);
  if (literal) {
    const [, text, language, datatype] = literal;
    return { type: NUMERIC.has(datatype) ? "number" : "text", value: unescape(text), language };
  }
  return { type: NUMBER.test(cell) ? "number" : "text", value: cell };
}

/** A number with its thousands apart; one with an exponent stays as it is. */
export const grouped = (number) =>
  number.replace(/^([+-]?)(\d+)(?=\.\d*$|$)/, (_, sign, whole) => sign + whole.replace(/\B(?=(?:\d{3})+$)/g, ","));

/** The prefix and local name of an IRI, or null when none of the prefixes suits it. */
export function split(iri, prefixes) {
  let best = null;
  for (const [prefix, namespace] of prefixes) {
    if (iri.startsWith(namespace) && (!best || namespace.length > best.namespace.length)) {
      const local = iri.slice(namespace.length);
      if (LOCAL_NAME.test(local)) best = { prefix, namespace, local };
    }
  }
  return best;
}

/** An IRI as people read it. */
export function shorten(iri, prefixes) {
  const found = split(iri, prefixes);
  return found ? `${found.prefix}:${found.local}` : iri;
}

/** Where the browser goes for an IRI: a page, else what this service has, else the web; null for other schemes. */
export function hrefOf(iri, settings) {
  for (const [start, path] of settings.pages) {
    const rest = iri.slice(start.length);
    if (iri.startsWith(start) && rest && !rest.includes("/")) return path + encodeURIComponent(rest);
  }
  if (iri.startsWith(settings.base)) return settings.root + iri.slice(settings.base.length);
  return /^https?:/.test(iri) ? iri : null;
}
