// An answer as it arrives: rows stay the lines that came, and are read only where they are shown.

import { readTerm } from "./terms.js";

const MOST_ROWS = 1_000_000;
const MANY = 20_000;
const LARGE = 10_000;

export class Answer {
  columns = [];
  lines = [];
  isWhole = false;
  isCut = false;

  /** Read TSV from a response; `progress` is called with the number of rows after each piece. */
  async read(response, progress) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    let headed = false;
    for (;;) {
      const { value, done } = await reader.read();
      const lines = (rest + (value ?? "")).split("\n");
      rest = done ? "" : lines.pop();
      if (done && lines.at(-1) === "") lines.pop();
      if (!headed && lines.length) {
        this.columns = lines.shift().split("\t").map((name) => name.replace(/^\?/, ""));
        headed = true;
      }
      for (const line of lines) this.lines.push(line);
      progress(this.lines.length);
      if (done) break;
      if (this.lines.length >= MOST_ROWS) {
        this.isCut = true;
        await reader.cancel();
        break;
      }
    }
    this.isWhole = !this.isCut;
    return this;
  }

  static of(text) {
    const answer = new Answer();
    const [head, ...lines] = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    answer.columns = head.split("\t").map((name) => name.replace(/^\?/, ""));
    answer.lines = lines;
    answer.isWhole = true;
    return answer;
  }

  get length() {
    return this.lines.length;
  }

  row(index) {
    return this.lines[index].split("\t").map(readTerm);
  }

  cell(index, column) {
    return readTerm(this.lines[index].split("\t")[column] ?? "");
  }

  /** Kinds of the terms of a column, from its first rows. */
  kindsOf(column) {
    const found = new Set();
    for (let index = 0; index < Math.min(this.length, 200); index += 1) {
      const term = this.cell(index, column);
      if (term) found.add(term.type);
    }
    return found;
  }

  isNumeric(column) {
    const found = this.kindsOf(column);
    return found.size === 1 && found.has("number");
  }

  /** Whether thousands are set apart: where a number is large. Years and small counts stay as they are. */
  isGrouped(column) {
    for (let index = 0; index < Math.min(this.length, 200); index += 1) {
      const term = this.cell(index, column);
      if (term?.type === "number" && Math.abs(Number(term.value)) >= LARGE) return true;
    }
    return false;
  }

  /** Numbers of rows in the order of a column; empty cells come last. */
  order(column, isDescending, language) {
    const keys = this.lines.map((_, index) => this.cell(index, column)?.value ?? null);
    const order = keys.map((_, index) => index);
    const collator = new Intl.Collator(language, { numeric: true });
    const numeric = this.isNumeric(column);
    const numbers = numeric ? keys.map(Number) : null;
    const compare = numeric
      ? (left, right) => numbers[left] - numbers[right]
      : keys.length > MANY // collation of many rows would halt the page
        ? (left, right) => (keys[left] < keys[right] ? -1 : keys[left] > keys[right] ? 1 : 0)
        : (left, right) => collator.compare(keys[left], keys[right]);
    const sign = isDescending ? -1 : 1;
    return order.sort((left, right) => {
      if (keys[left] === null || keys[right] === null) return (keys[left] === null) - (keys[right] === null);
      return sign * compare(left, right) || left - right;
    });
  }
}
