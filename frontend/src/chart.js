// Bars of one number per row.

import { cut, html, say, svg, widthOf } from "./elements.js";
import { called } from "./names.js";
import { columnsOf, picture } from "./pictures.js";

const MOST = 40;
const ROW = 26;
const EM = 13;

const nameOf = (term, settings) => (term ? called(term, settings) : "–");

function draw(answer, settings, label, value) {
  const rows = [];
  for (let index = 0; index < answer.length && rows.length < MOST; index += 1) {
    const number = answer.cell(index, value);
    if (number?.type === "number" && Number.isFinite(Number(number.value))) {
      rows.push({ name: nameOf(answer.cell(index, label), settings), text: number.value, number: Number(number.value) });
    }
  }
  const shown = rows.map((row) => ({ ...row, short: cut(row.name, 18), figure: row.number.toLocaleString(settings.language, { maximumFractionDigits: 6 }) }));
  const left = 12 + EM * Math.max(2, ...shown.map((row) => widthOf(row.short)));
  const right = 16 + EM * Math.max(2, ...shown.map((row) => widthOf(row.figure)));
  const width = Math.max(640, left + right + 240);
  const least = Math.min(0, ...rows.map((row) => row.number));
  const most = Math.max(0, ...rows.map((row) => row.number));
  const scale = (width - left - right) / (most - least || 1);
  const zero = left - least * scale;
  const bars = shown.map((row, at) => {
    const y = at * ROW + 4;
    const length = Math.abs(row.number) * scale;
    const x = row.number < 0 ? zero - length : zero;
    return svg("g", {},
      svg("title", {}, `${row.name}: ${row.figure}`),
      svg("text", { x: left - 6, y: y + 14, "text-anchor": "end" }, row.short),
      svg("rect", { x, y, width: Math.max(length, 0.5), height: ROW - 8, class: "bar" }),
      svg("text", { x: Math.max(x + length, zero) + 6, y: y + 14 }, row.figure));
  });
  const title = say(settings.words.barsOf, { value: answer.columns[value], label: answer.columns[label] });
  const note = answer.length > rows.length ? say(settings.words.firstRows, { shown: rows.length, total: answer.length }) : "";
  return html("figure", {},
    svg("svg", { viewBox: `0 0 ${Math.ceil(width)} ${rows.length * ROW + 8}`, role: "img", "aria-label": title, class: "picture" }, ...bars),
    html("figcaption", {}, [title, note].filter(Boolean).join(" — ")));
}

/** The chart of an answer, or null when no column holds numbers. */
export function chart(answer, settings) {
  const numbers = columnsOf(answer, "number");
  if (!numbers.length) return null;
  const labels = [...answer.columns.keys()];
  const texts = columnsOf(answer, "text").filter((column) => !numbers.includes(column));
  const own = texts.find((column) => answer.columns[column].endsWith(`_${settings.language}`));
  const { words } = settings;
  return picture(answer, settings, [
    { name: "label", label: words.labels, columns: labels, value: own ?? texts[0] ?? labels.find((each) => !numbers.includes(each)) ?? 0 },
    { name: "value", label: words.values, columns: numbers, value: numbers.find((column) => /amount|total|count|yen|number/i.test(answer.columns[column])) ?? numbers.at(-1) },
  ], ({ label, value }) => draw(answer, settings, label, value));
}
