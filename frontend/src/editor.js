// The editor: CodeMirror in a shadow root, whose adopted style sheets the page's policy allows.

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const theme = EditorView.theme({
  "&": { color: "var(--editor-text)", backgroundColor: "var(--editor-ground)", fontSize: "0.9375rem" },
  "&.cm-focused": { outline: "3px solid var(--editor-focus)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace", minHeight: "14rem", maxHeight: "32rem", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--editor-text)" },
  ".cm-cursor": { borderLeftColor: "var(--editor-text)" },
  ".cm-gutters": { color: "var(--editor-faint)", backgroundColor: "var(--editor-ground)", border: "0" },
  ".cm-activeLine": { backgroundColor: "var(--editor-line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--editor-selected)" },
  ".cm-tooltip": { color: "var(--editor-text)", backgroundColor: "var(--editor-ground)", border: "1px solid var(--editor-faint)", maxWidth: "min(44rem, 92vw)" },
  // All that is rendered is seen: what scrolled would be out of reach of the keyboard's focus.
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { maxHeight: "none", overflow: "hidden", fontFamily: "inherit" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.5rem", minHeight: "24px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { color: "var(--editor-ground)", backgroundColor: "var(--editor-focus)" },
  ".cm-completionDetail": { fontStyle: "normal", marginLeft: "1em" },
  ".cm-completionIcon": { display: "none" },
  ".cm-completionInfo": { whiteSpace: "pre-line", padding: "0.5rem" },
  ".cm-fault": { textDecoration: "underline wavy 2px var(--editor-name)", textUnderlineOffset: "4px" },
  ".cm-fault-line": { boxShadow: "inset 4px 0 0 var(--editor-name)" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--editor-keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--editor-string)" },
  { tag: tags.comment, color: "var(--editor-faint)" },
  { tag: [tags.variableName, tags.standard(tags.variableName), tags.special(tags.variableName)], color: "var(--editor-variable)" },
  { tag: [tags.atom, tags.bool, tags.number, tags.meta, tags.typeName, tags.propertyName], color: "var(--editor-name)" },
]);

// Marks of our own: those of @codemirror/lint are images in the style sheet, which the policy forbids.
const setFault = StateEffect.define();
const faultMarks = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    const set = transaction.effects.find((effect) => effect.is(setFault));
    if (!set) return transaction.docChanged ? Decoration.none : marks;
    if (!set.value) return Decoration.none;
    const { from, to } = set.value;
    const line = Decoration.line({ class: "cm-fault-line" }).range(transaction.state.doc.lineAt(from).from);
    const token = from < to ? [Decoration.mark({ class: "cm-fault" }).range(from, to)] : [];
    return Decoration.set([line, ...token], true);
  },
  provide: (field) => EditorView.decorations.from(field),
});

// Where text takes the place of several lines, the browser would join them with inline styles, of
// which the policy complains: the editor does it before the browser can.
const replaceLines = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main, ranges } = view.state.selection;
    const isOneLine = view.state.doc.lineAt(main.from).to >= main.to;
    if (event.inputType !== "insertText" || event.data === null || event.isComposing || isOneLine || ranges.length > 1) return false;
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    event.preventDefault();
    return true;
  },
});

/** Position in the document of a line and column that the service counts in characters. */
export function positionOf(doc, line, column) {
  const found = doc.line(Math.max(1, Math.min(line, doc.lines)));
  const before = [...found.text].slice(0, Math.max(0, column - 1)).join("");
  return found.from + before.length;
}

export class Editor {
  constructor(host, { text, label, phrases, complete, run }) {
    const root = host.attachShadow({ mode: "open" });
    this.view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
          highlightActiveLine(), faultMarks, replaceLines, EditorView.lineWrapping,
          StreamLanguage.define(sparql), syntaxHighlighting(colours), theme,
          autocompletion({ override: [complete], icons: false, maxRenderedOptions: 11 }),
          EditorState.phrases.of(phrases),
          EditorView.contentAttributes.of({ "aria-label": label, lang: "en", spellcheck: "false", tabindex: "0" }),
          // Tab leaves the editor, as everywhere on the page; Enter accepts a completion.
          Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }])),
          keymap.of([...closeBracketsKeymap, ...completionKeymap, { key: "Mod-.", run: acceptCompletion }, ...historyKeymap, ...defaultKeymap]),
        ],
      }),
    });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  set text(value) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: value } });
  }

  /** Mark the token at a place; without a place, take the mark away. */
  mark(line, column) {
    const { doc } = this.view.state;
    let place = null;
    if (line) {
      const from = positionOf(doc, line, column);
      const token = /^[^\s{}();,]+/.exec(doc.sliceString(from, from + 80))?.[0] ?? "";
      place = { from, to: Math.min(doc.length, from + Math.max(1, token.length)) };
    }
    this.view.dispatch({ effects: setFault.of(place) });
  }

  goTo(line, column) {
    const anchor = positionOf(this.view.state.doc, line, column);
    this.view.dispatch({ selection: { anchor }, scrollIntoView: true });
    this.view.focus();
  }

  /** Carry out a fix: changes of places in the text. */
  change(changes) {
    this.view.dispatch({ changes, userEvent: "input.fix" });
    this.view.focus();
  }
}
