// The query page: without this script it is a form; with it, an editor and answers that stay at hand.

import { Answer } from "./answer.js";
import { chart } from "./chart.js";
import { classMap } from "./classes.js";
import { completionSource, withNames } from "./completion.js";
import { Editor } from "./editor.js";
import { html, say } from "./elements.js";
import { fixOf } from "./faults.js";
import { network } from "./network.js";
import { forget, pastQueries, remember } from "./past.js";
import { Table } from "./table.js";

const settings = JSON.parse(document.getElementById("workbench-settings").textContent);
const { words, language } = settings;
const form = document.getElementById("query-form");
const field = document.getElementById("query-text");
const result = document.getElementById("answer");
const status = document.getElementById("query-status");
const cancel = document.getElementById("query-cancel");
const LONGEST_ADDRESS = 6000;

let running = null;
let view = new URL(location.href).searchParams.get("view") ?? "table";

const loadTerms = (() => {
  let terms = null;
  const fetchTerms = async () => {
    const answer = await fetch(settings.terms);
    if (!answer.ok) throw new Error(answer.statusText);
    return (await answer.json()).terms.map((term) => withNames(term, settings.prefixes));
  };
  return () => {
    terms ??= fetchTerms().catch(() => {
      terms = null; // the next key tries again
      return [];
    });
    return terms;
  };
})();

const editor = new Editor(document.getElementById("editor"), {
  text: field.value,
  label: words.editor,
  phrases: words.phrases,
  complete: completionSource(settings, loadTerms),
  run: () => run(),
});
field.closest(".plain-field").hidden = true;
document.getElementById("editor-field").hidden = false;

function show(...parts) {
  result.replaceChildren(...parts.filter(Boolean));
}

const VIEWS = {
  table: (answer) => new Table(answer, settings).element,
  chart: (answer) => chart(answer, settings),
  network: (answer) => network(answer, settings),
  classes: (answer) => classMap(answer, settings),
};

function showAnswer(answer, loadAll = null) {
  const stage = html("div", { id: "view" });
  const buttons = Object.keys(VIEWS).map((name) =>
    html("button", { type: "button", class: "quiet", "data-view": name, onclick: () => turnTo(name) }, words.views[name]));
  function turnTo(name) {
    view = name;
    stage.replaceChildren(VIEWS[name](answer) ?? html("p", {}, words.cannot[name]));
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.view === name));
    if (new URL(location.href).searchParams.has("query")) history.replaceState(null, "", address());
  }
  show(
    html("div", { class: "views", role: "group", "aria-label": words.view }, ...buttons),
    loadAll && html("p", {}, words.firstOnly, " ", html("button", { type: "button", onclick: loadAll }, words.all)),
    stage,
  );
  turnTo(Object.hasOwn(VIEWS, view) ? view : "table");
}

function showProblem(problem) {
  const doc = editor.view.state.doc;
  // What the service, or the browser, tells in English although the page is Japanese.
  const languageOf = (name) => (language === "ja" && !problem.english?.[name] ? "en" : null);
  const changes = fixOf(problem, doc);
  editor.mark(problem.line, problem.column);
  const place = problem.line && html("button", { type: "button", class: "quiet", onclick: () => editor.goTo(problem.line, problem.column) },
    say(words.place, { line: problem.line, column: problem.column }));
  const fix = changes && html("button", {
    type: "button",
    onclick: () => {
      editor.change(changes);
      show(html("p", {}, words.fixed));
    },
  }, words.fix);
  show(html("div", { class: "fault", role: "alert" },
    html("p", {}, html("strong", {}, problem.title ?? words.failed)),
    problem.detail && html("p", { lang: languageOf("detail") }, problem.detail),
    problem.hint && html("p", { lang: languageOf("hint") }, problem.hint),
    html("p", { class: "actions" }, fix, place)));
}

async function showEmpty(query) {
  const said = html("div", {}, html("p", {}, words.none));
  show(said);
  const answer = await fetch(settings.sparql, {
    method: "POST",
    headers: { Accept: "application/sparql-results+json" },
    body: new URLSearchParams({ query, hints: "true" }),
  });
  if (!answer.ok) return;
  const hints = (await answer.json())["medrd-kg:hints"] ?? [];
  if (hints.length) {
    said.append(html("ul", {}, ...hints.map((hint) => html("li", {},
      hint.message[language],
      hint.line ? html("span", {}, " ", html("button", { type: "button", class: "quiet", onclick: () => editor.goTo(hint.line, hint.column) }, say(words.place, hint))) : null,
      ...hint.suggestions.flatMap((each) => [" ", html("code", {}, each)])))));
  }
}

const address = () => {
  const url = new URL(form.action);
  url.searchParams.set("query", editor.text);
  if (view !== "table") url.searchParams.set("view", view);
  return url.href;
};

async function run() {
  running?.abort();
  const abort = (running = new AbortController());
  const query = editor.text;
  const begun = performance.now();
  const elapsed = () => ((performance.now() - begun) / 1000).toFixed(1);
  let rows = 0;
  const tell = () => (status.textContent = say(words.running, { seconds: elapsed(), rows: rows.toLocaleString(language) }));
  const clock = setInterval(tell, 500);
  tell();
  cancel.hidden = false;
  editor.mark();
  result.setAttribute("aria-busy", "true");
  if (address().length <= LONGEST_ADDRESS) history.pushState(null, "", address());
  try {
    const response = await fetch(settings.sparql, {
      method: "POST",
      headers: { Accept: "text/tab-separated-values, text/turtle;q=0.5", "Accept-Language": language },
      body: new URLSearchParams({ query }),
      signal: abort.signal,
    });
    const type = response.headers.get("Content-Type") ?? "";
    if (!response.ok) {
      status.textContent = words.failed;
      showProblem(type.includes("json") ? await response.json() : { title: `${response.status} ${response.statusText}` });
      return;
    }
    if (!type.startsWith("text/tab-separated-values")) {
      const text = await response.text();
      show(html("pre", { class: "scroll rows", tabindex: "0", role: "region", "aria-label": words.rows }, text));
      status.textContent = say(words.doneGraph, { seconds: elapsed() });
    } else {
      const answer = await new Answer().read(response, (count) => (rows = count));
      if (answer.length === 0 && /^(true|false)$/.test(answer.columns.join())) {
        show(html("p", { class: "truth" }, words[answer.columns[0]]));
        status.textContent = say(words.doneGraph, { seconds: elapsed() });
      } else {
        status.textContent = say(answer.isCut ? words.cut : words.done, { rows: answer.length.toLocaleString(language), seconds: elapsed() });
        if (answer.length) showAnswer(answer);
        else await showEmpty(query);
      }
    }
    remember(query, rows);
    showPast();
  } catch (error) {
    if (error.name === "AbortError") status.textContent = words.cancelled;
    else {
      status.textContent = words.failed;
      showProblem({ title: words.broken, detail: error.message });
    }
  } finally {
    clearInterval(clock);
    if (running === abort) {
      running = null;
      cancel.hidden = true;
      result.removeAttribute("aria-busy");
    }
  }
}

function showPast() {
  const place = document.getElementById("past");
  const past = pastQueries();
  place.hidden = past.length === 0;
  const items = past.map(({ query, rows, at }) => html("li", {},
    html("button", {
      type: "button",
      onclick: () => {
        editor.text = query;
        editor.view.focus();
      },
    }, query.replace(/^\s*PREFIX\s.*$/gim, "").replace(/\s+/g, " ").trim().slice(0, 120) || query.slice(0, 120)),
    " ", html("small", {}, `${new Date(at).toLocaleString(language)} · ${say(words.rowsOf, { rows: (rows ?? 0).toLocaleString(language) })}`)));
  place.querySelector("ul").replaceChildren(...items);
}

form.addEventListener("submit", (event) => {
  field.value = editor.text;
  if (event.submitter?.name) return; // explain and downloads are the server's
  event.preventDefault();
  void run();
});
cancel.addEventListener("click", () => running?.abort());
document.getElementById("past-forget").addEventListener("click", () => {
  forget();
  showPast();
});
document.getElementById("stored-find")?.addEventListener("input", (event) => {
  const sought = event.target.value.normalize("NFKC").toLowerCase();
  for (const item of document.querySelectorAll("#stored li")) {
    item.hidden = !item.textContent.normalize("NFKC").toLowerCase().includes(sought);
  }
  for (const group of document.querySelectorAll("#stored section")) {
    group.hidden = !group.querySelector("li:not([hidden])");
  }
});
window.addEventListener("popstate", () => location.reload());

showPast();
const fault = document.getElementById("query-fault");
const first = document.getElementById("first-rows");
if (fault) showProblem(JSON.parse(fault.textContent));
else if (first) {
  const answer = Answer.of(JSON.parse(first.textContent));
  showAnswer(answer, first.dataset.whole === "true" ? null : () => void run());
}
document.documentElement.dataset.workbench = "ready";
