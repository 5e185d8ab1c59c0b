// Changing what one has written: in place, with Enter to save it and Escape to leave it as it was.

import { composers } from "./composers.js";
import { agreed } from "./confirm.js";
import { tell } from "./connection.js";
import { $, all } from "./dom.js";
import { channelPane, threadPane } from "./panes.js";
import { byTime, state } from "./state.js";
import { TextBox } from "./text_box.js";

const REALLY = {
  title: "Delete message",
  text: "Are you sure you want to delete this message? This cannot be undone.",
  yes: "Delete",
  no: "Cancel",
  danger: true,
};
const hasKeyboard = matchMedia("(hover: hover)");

class Editor extends TextBox {
  constructor(node, message) {
    const form = document.createElement("form");
    form.className = "composer editor";
    super(form, `edit-${message.ts}`, `mentions-${message.ts}`);
    form.append($("editor-template").content.cloneNode(true));
    this.node = node;
    this.message = message;
    this.box.setAttribute("aria-label", "Edit message");
    form.querySelector(".cancel").addEventListener("click", () => this.end());
    node.classList.add("editing");
    node.querySelector(".edited").after(form);
    this.write(message.source);
    form.scrollIntoView({ block: "nearest" });
  }

  keys() {
    return this.list.hidden ? { Escape: () => this.end() } : super.keys();
  }

  submit() {
    const text = this.box.value.trim();
    if (!text) return void remove(this.node, this.message);
    const { channel, ts, source } = this.message;
    if (text === source || tell({ type: "edit", channel, ts, text })) this.end();
  }

  end() {
    this.form.remove();
    this.node.classList.remove("editing");
    focusBeside(this.node);
  }
}

// One message at a time: two boxes that look alike would be mistaken for each other.
export function edit(node, message) {
  const begun = node.querySelector(".editor textarea");
  if (begun) return begun.focus();
  for (const cancel of all(".editor .cancel")) cancel.click();
  return new Editor(node, message);
}

// As in Slack, deleting asks first, and shows what would be deleted.
export async function remove(node, message) {
  const shown = node.querySelector(".body").cloneNode(true);
  if (!(await agreed(REALLY, shown))) return;
  tell({ type: "delete", channel: message.channel, ts: message.ts });
  focusBeside(node);
}

// An arrow upwards in an empty box goes to what one has written last.
export function editLast(event) {
  const { target, key, isComposing } = event;
  if (key !== "ArrowUp" || isComposing || target.value !== "" || !target.matches(".composer > textarea")) return;
  const pane = target.closest("#thread") ? threadPane : channelPane;
  const known = state.messages.get(state.channel);
  const mine = [...pane.nodes.keys()].map((ts) => known.get(ts)).filter(editable).sort(byTime).at(-1);
  if (!mine) return;
  event.preventDefault();
  edit(pane.nodes.get(mine.ts), mine);
}

export const editable = (message) => message?.user === state.me && !message.gone && message.source !== null;

// On a phone this would only bring up its keyboard.
function focusBeside(node) {
  if (!hasKeyboard.matches) return;
  composers[node.closest("#replies") ? "thread" : "channel"].box.focus();
}
