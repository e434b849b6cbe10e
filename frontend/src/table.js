// The table of an answer: one page of rows is in the document at a time.

import { html, say } from "./elements.js";
import { learn, nameOf } from "./names.js";
import { grouped, hrefOf, shorten } from "./terms.js";

const ROWS = 100;

function thingOf(iri, settings) {
  const href = hrefOf(iri, settings);
  const short = shorten(iri, settings.prefixes);
  const name = nameOf(iri);
  const shown = name ? html("span", { lang: name.language }, name.text) : short;
  const own = href ? html("a", { href, title: iri }, shown) : shown;
  return name ? [own, html("code", { class: "iri" }, short)] : [own];
}

function cellOf(term, settings, isGrouped) {
  if (term === null) return html("td");
  if (term.type === "number") return html("td", { class: "n" }, isGrouped ? grouped(term.value) : term.value);
  if (term.type === "iri") return html("td", { "data-iri": term.value }, ...thingOf(term.value, settings));
  return html("td", { lang: term.language }, term.value);
}

export class Table {
  constructor(answer, settings) {
    Object.assign(this, { answer, settings, page: 0, order: null, sorted: null, isDescending: false });
    this.body = html("tbody");
    this.place = html("span", { role: "status" });
    this.grouped = answer.columns.map((_, column) => answer.isGrouped(column));
    this.heads = answer.columns.map((name, column) => this.head(name, column));
    const { words } = settings;
    const turn = (label, to) => html("button", { type: "button", class: "quiet", onclick: () => this.turn(to()) }, label);
    this.back = [turn(words.first, () => 0), turn(words.previous, () => this.page - 1)];
    this.on = [turn(words.next, () => this.page + 1), turn(words.last, () => this.pages - 1)];
    const pager = html("div", { class: "pager" }, ...this.back, this.place, ...this.on);
    this.element = html(
      "div",
      {},
      html("div", { class: "scroll rows", tabindex: "0", role: "region", "aria-label": words.rows },
        html("table", {}, html("thead", {}, html("tr", {}, ...this.heads)), this.body)),
      pager,
    );
    this.turn(0);
  }

  get pages() {
    return Math.max(1, Math.ceil(this.answer.length / ROWS));
  }

  head(name, column) {
    const button = html("button", { type: "button", class: "sort", onclick: () => this.sort(column) }, name);
    return html("th", { scope: "col", class: this.answer.isNumeric(column) ? "n" : null }, button);
  }

  sort(column) {
    this.isDescending = this.sorted === column && !this.isDescending;
    this.sorted = column;
    this.order = this.answer.order(column, this.isDescending, this.settings.language);
    for (const [at, head] of this.heads.entries()) {
      if (at === column) head.setAttribute("aria-sort", this.isDescending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.turn(0);
  }

  turn(page) {
    this.page = page;
    const { answer, order, settings } = this;
    const from = page * ROWS;
    const to = Math.min(from + ROWS, answer.length);
    const rows = [];
    for (let at = from; at < to; at += 1) {
      const row = answer.row(order ? order[at] : at);
      rows.push(html("tr", {}, ...row.map((term, column) => cellOf(term, settings, this.grouped[column]))));
    }
    this.body.replaceChildren(...rows);
    void this.name();
    const count = (number) => number.toLocaleString(settings.language);
    this.place.textContent = answer.length
      ? say(settings.words.range, { from: count(from + 1), to: count(to), total: count(answer.length) })
      : settings.words.none;
    for (const button of this.back) button.disabled = page <= 0;
    for (const button of this.on) button.disabled = page >= this.pages - 1;
  }

  /** Tell what the things in sight are called, once that is known. */
  async name() {
    const cells = [...this.body.querySelectorAll("[data-iri]")];
    if (!(await learn(cells.map((cell) => cell.dataset.iri), this.settings))) return;
    for (const cell of cells) {
      if (nameOf(cell.dataset.iri)) cell.replaceChildren(...thingOf(cell.dataset.iri, this.settings));
    }
  }
}
