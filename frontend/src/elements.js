// Elements without markup in strings, as Trusted Types demand.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const html = (name, attributes = {}, ...children) =>
  fill(document.createElement(name), attributes, children);

export const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

/** Put values into the places {name} of a text. */
export const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/;

/** Width of a text in ems, wide East Asian characters counted as one and others as 0.62. */
export function widthOf(text) {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 1.02 : 0.62;
  return width;
}

/** A text cut so that it is at most `ems` wide. */
export function cut(text, ems) {
  if (widthOf(text) <= ems) return text;
  let shown = "";
  for (const character of text) {
    if (widthOf(shown + character) > ems - 1) break;
    shown += character;
  }
  return `${shown}…`;
}
