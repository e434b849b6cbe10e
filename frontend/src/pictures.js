// What both pictures of an answer share: which columns they take, and a form to choose others.

import { html } from "./elements.js";

/** A picture with a choice of columns. `draw` gets the chosen columns by name. */
export function picture(answer, choices, draw) {
  const chosen = Object.fromEntries(choices.map(({ name, value }) => [name, value]));
  const stage = html("div", { class: "stage" });
  const redraw = () => stage.replaceChildren(draw(chosen));
  const fields = choices.map(({ name, label, columns }) => {
    const options = columns.map((column) =>
      html("option", { value: column, selected: column === chosen[name] }, answer.columns[column]));
    const select = html("select", {
      onchange: (event) => {
        chosen[name] = Number(event.target.value);
        redraw();
      },
    }, ...options);
    return html("label", {}, `${label} `, select);
  });
  redraw();
  return html("div", {}, html("div", { class: "choices" }, ...fields), stage);
}

/** Columns whose terms are of one of the kinds. */
export const columnsOf = (answer, ...kinds) =>
  [...answer.columns.keys()].filter((column) => [...answer.kindsOf(column)].some((kind) => kinds.includes(kind)));
