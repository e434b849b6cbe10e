// What both pictures of an answer share: which columns they take, and a form to choose others.

import { html } from "./elements.js";
import { learn } from "./names.js";

const MOST_ROWS = 400;

/** Things in the first rows of columns: those that a picture may name. */
function thingsOf(answer, columns) {
  const found = [];
  for (let index = 0; index < Math.min(answer.length, MOST_ROWS); index += 1) {
    for (const column of columns) {
      const term = answer.cell(index, column);
      if (term?.type === "iri") found.push(term.value);
    }
  }
  return found;
}

/** A picture with a choice of columns. `draw` gets the chosen columns by name. */
export function picture(answer, settings, choices, draw) {
  const chosen = Object.fromEntries(choices.map(({ name, value }) => [name, value]));
  const stage = html("div", { class: "stage" });
  const redraw = () => {
    stage.replaceChildren(draw(chosen));
    // Drawn at once, and again when it is known what the things are called.
    void learn(thingsOf(answer, Object.values(chosen)), settings).then((isNew) => isNew && stage.replaceChildren(draw(chosen)));
  };
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
