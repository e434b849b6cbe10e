// Enhancement only: every page is complete without it.

// On a telephone a row stands as a card, so that each cell tells its column; see style.css.
const narrow = matchMedia("(max-width: 40rem)");
if (narrow.matches) stack();
else narrow.addEventListener("change", stack, { once: true });

function stack() {
  for (const table of document.querySelectorAll("main table")) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
    const rows = [...table.querySelectorAll("tbody tr, tfoot tr")];
    if (heads.length < 2 || rows.some((row) => row.cells.length !== heads.length)) continue;
    for (const row of rows) {
      for (const [place, cell] of [...row.cells].entries()) {
        if (place) cell.dataset.head = heads[place];
        if (/^[–\s]*$/.test(cell.textContent) && !cell.querySelector("svg")) cell.classList.add("void");
      }
    }
    table.classList.add("stacks");
  }
}

// Tables are sorted by a press on a heading.
for (const table of document.querySelectorAll("table[data-sort]")) {
  const body = table.tBodies[0];
  if (!body || body.rows.length < 3) continue;
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sort(heading, body));
  }
}

/** Sorts rows by the column of a heading; numbers begin with the largest. */
function sort(heading, body) {
  const place = heading.cellIndex;
  const isNumber = heading.classList.contains("n");
  const before = heading.getAttribute("aria-sort");
  const first = isNumber ? "descending" : "ascending";
  const order = before === null ? first : before === "ascending" ? "descending" : "ascending";
  for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  const keyed = [...body.rows].map((row) => [keyOf(row.cells[place], isNumber), row]);
  keyed.sort(([one], [two]) => {
    if (one === null || two === null) return (one === null) - (two === null); // unknown last
    return sign * (isNumber ? one - two : compare(one, two));
  });
  body.append(...keyed.map(([, row]) => row));
}

/** What a cell is sorted by: its exact number, or its text. */
function keyOf(cell, isNumber) {
  if (!isNumber) return cell.textContent.trim();
  const exact = cell.querySelector(".exact") ?? cell.firstChild;
  const number = (exact?.textContent ?? "").replace(/[^\d.-]/g, "");
  return number === "" || number === "-" ? null : Number(number);
}

// The search field offers the names of things.
const field = document.getElementById("q");
if (field?.dataset.complete) {
  const list = document.createElement("datalist");
  list.id = "names";
  field.after(list);
  field.setAttribute("list", list.id);
  let waiting = 0;
  let asked = "";
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(offer, 150);
  });
  async function offer() {
    const text = field.value.trim();
    if (text === "" || text === asked) return;
    asked = text;
    const address = new URL(field.dataset.complete, location.href);
    address.searchParams.set("q", text);
    const answer = await fetch(address);
    if (!answer.ok || text !== asked) return;
    const { items } = await answer.json();
    const language = document.documentElement.lang;
    const names = items.map(({ label }) => label[language] ?? label.ja ?? label.en);
    list.replaceChildren(
      ...[...new Set(names)].map((name) => {
        const option = document.createElement("option");
        option.value = name;
        return option;
      }),
    );
  }
}

// The other language opens at the same place of the page.
const tongue = document.querySelector("[data-language]");
tongue?.addEventListener("click", () => {
  tongue.hash = location.hash;
});
