// A network: two columns are the ends of links.

import { cut, html, say, svg, widthOf } from "./elements.js";
import { called } from "./names.js";
import { columnsOf, picture } from "./pictures.js";
import { hrefOf } from "./terms.js";

const MOST_NODES = 60;
const WIDTH = 960;
const HEIGHT = 640;
const STEPS = 220;
const EM = 13.5;
const LABEL = 18;

function collect(answer, source, target) {
  const nodes = new Map();
  const links = new Map();
  let isCut = false;
  for (let index = 0; index < answer.length; index += 1) {
    const ends = [answer.cell(index, source), answer.cell(index, target)];
    if (ends.some((end) => end === null)) continue;
    const missing = new Set(ends.map((end) => end.value).filter((value) => !nodes.has(value)));
    if (nodes.size + missing.size > MOST_NODES) {
      isCut = true;
      continue;
    }
    for (const end of ends) if (!nodes.has(end.value)) nodes.set(end.value, { ...end, links: 0 });
    const [from, to] = ends.map((end) => nodes.get(end.value));
    const key = `${from.value}\n${to.value}`;
    if (!links.has(key)) {
      links.set(key, { from, to });
      from.links += 1;
      to.links += 1;
    }
  }
  return { nodes: [...nodes.values()], links: [...links.values()], isCut };
}

/** Places by repulsion and springs, from a circle: the same answer gives the same picture. */
function place(nodes, links) {
  for (const [index, node] of nodes.entries()) {
    const angle = (2 * Math.PI * index) / nodes.length;
    Object.assign(node, { x: WIDTH / 2 + 0.35 * WIDTH * Math.cos(angle), y: HEIGHT / 2 + 0.35 * HEIGHT * Math.sin(angle) });
  }
  const ideal = Math.sqrt((WIDTH * HEIGHT) / Math.max(nodes.length, 1)) * 0.75;
  for (let step = 0; step < STEPS; step += 1) {
    const heat = 40 * (1 - step / STEPS) + 0.5;
    for (const node of nodes) node.dx = node.dy = 0;
    for (let one = 0; one < nodes.length; one += 1) {
      for (let other = one + 1; other < nodes.length; other += 1) {
        const [left, right] = [nodes[one], nodes[other]];
        const x = left.x - right.x;
        const y = left.y - right.y;
        const force = (ideal * ideal) / Math.max(x * x + y * y, 1);
        left.dx += x * force; left.dy += y * force;
        right.dx -= x * force; right.dy -= y * force;
      }
    }
    for (const { from, to } of links) {
      const x = from.x - to.x;
      const y = from.y - to.y;
      const force = Math.hypot(x, y) / ideal;
      from.dx -= x * force; from.dy -= y * force;
      to.dx += x * force; to.dy += y * force;
    }
    for (const node of nodes) {
      // A little gravity keeps parts that nothing connects from the edges.
      node.dx += (WIDTH / 2 - node.x) * 0.05;
      node.dy += (HEIGHT / 2 - node.y) * 0.05;
      const length = Math.max(Math.hypot(node.dx, node.dy), 0.01);
      node.x = Math.min(WIDTH - 60, Math.max(60, node.x + (node.dx / length) * Math.min(length, heat)));
      node.y = Math.min(HEIGHT - 50, Math.max(50, node.y + (node.dy / length) * Math.min(length, heat)));
    }
  }
}

/** The place of a label near its node that no label before it takes. */
function room(node, half, taken) {
  const x = Math.min(WIDTH - half, Math.max(half, node.x));
  const places = [26, -16, 26 + LABEL, -16 - LABEL].map((rise) => ({ x, y: node.y + rise, half }));
  const isFree = ({ y }) => !taken.some((other) => Math.abs(other.y - y) < LABEL && Math.abs(other.x - x) < other.half + half);
  const place = places.find(isFree) ?? places[0];
  taken.push(place);
  return place;
}

/** Draw nodes with `value`, `type`, `links` and perhaps a `name`, and links `from` one `to` another. */
export function drawn(nodes, links, settings, caption) {
  place(nodes, links);
  const lines = links.map(({ from, to, name }) =>
    svg("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, class: "link" }, name && svg("title", {}, name)));
  const taken = [];
  const marks = nodes.map((node) => {
    const name = node.name ?? called(node, settings);
    const shown = cut(name, 16);
    const half = (EM * widthOf(shown)) / 2 + 4;
    const label = room(node, half, taken);
    const mark = [
      svg("title", {}, name),
      svg("circle", { cx: node.x, cy: node.y, r: 5 + Math.min(9, Math.sqrt(node.links) * 2), class: "node" }),
      svg("text", { x: label.x, y: label.y, "text-anchor": "middle" }, shown),
    ];
    const href = node.type === "iri" ? hrefOf(node.value, settings) : null;
    return href ? svg("a", { href, "aria-label": name }, ...mark) : svg("g", {}, ...mark);
  });
  return html("figure", {},
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": caption, class: "picture" }, ...lines, ...marks),
    html("figcaption", {}, caption));
}

function draw(answer, settings, source, target) {
  const { nodes, links, isCut } = collect(answer, source, target);
  const counts = say(settings.words.networkOf, { nodes: nodes.length, links: links.length });
  const note = isCut ? say(settings.words.networkCut, { most: MOST_NODES }) : "";
  return drawn(nodes, links, settings, [counts, note].filter(Boolean).join(" — "));
}

/** The network of an answer, or null when it has fewer than two columns that can be ends. */
export function network(answer, settings) {
  const ends = columnsOf(answer, "iri", "text", "blank");
  if (ends.length < 2) return null;
  const things = columnsOf(answer, "iri");
  const [source, target] = things.length >= 2 ? things : ends;
  const { words } = settings;
  return picture(answer, settings, [
    { name: "source", label: words.source, columns: ends, value: source },
    { name: "target", label: words.target, columns: ends, value: target },
  ], (chosen) => draw(answer, settings, chosen.source, chosen.target));
}
