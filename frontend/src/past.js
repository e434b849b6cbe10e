// Queries that were asked in this browser; they never leave it.

const KEY = "medrd-kg.queries";
const MOST = 50;

export function pastQueries() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((each) => typeof each?.query === "string") : [];
  } catch {
    return []; // nothing is kept where the browser forbids it
  }
}

export function remember(query, rows) {
  const others = pastQueries().filter((each) => each.query !== query);
  keep([{ query, rows, at: new Date().toISOString() }, ...others].slice(0, MOST));
}

export const forget = () => keep([]);

function keep(queries) {
  try {
    localStorage.setItem(KEY, JSON.stringify(queries));
  } catch {
    // a full or forbidden store is no reason to fail a query
  }
}
