// The two lists of messages: the channel's and the thread's.

import { $, all } from "./dom.js";
import { drawMessage, newMessage } from "./messages.js";
import { atTop, byTime, forMe, state } from "./state.js";
import { day, dayLine } from "./times.js";

const NEAR_END = 48;
const SAME_BREATH = 300;

class Pane {
  constructor(name, list, shows) {
    this.list = list;
    this.shows = shows;
    this.scroller = $(`${name}-scroller`);
    this.newest = $(`${name}-newest`);
    this.nodes = new Map();
    this.stuck = true;
    this.top = 0;
    this.held = null;
    this.scroller.addEventListener("scroll", () => this.look(), { passive: true });
    this.newest.addEventListener("click", () => this.toEnd());
    this.list.addEventListener("pointerdown", (event) => this.hold(event));
    for (const type of ["pointerup", "pointercancel", "blur"]) addEventListener(type, () => this.release());
    const sizes = new ResizeObserver(() => this.keep());
    sizes.observe(this.scroller);
    sizes.observe(this.list);
  }

  // Only who scrolls up leaves the end: a pane that got smaller or fuller has not been scrolled.
  look() {
    const { scrollTop } = this.scroller;
    if (this.isAtEnd()) this.stuck = true;
    else if (scrollTop < this.top) this.stuck = false;
    this.top = scrollTop;
    this.newest.hidden = this.stuck;
  }

  isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  // Who edits a message here is not carried away from it by what comes below.
  keep() {
    if (this.list.querySelector(".editor")) this.stuck = this.isAtEnd();
    else if (this.stuck) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.look();
  }

  toEnd() {
    this.stuck = true;
    this.keep();
    this.newest.hidden = true;
  }

  fill(messages) {
    this.nodes.clear();
    this.list.replaceChildren();
    for (const message of messages.filter(forMe).sort(byTime)) this.insert(message);
    this.group();
    this.toEnd();
  }

  // A message whose button is being pressed stays as it is until the click has been heard: else the
  // button could move away from under the pointer, and the click would be lost.
  hold(event) {
    const ts = event.target.closest("[data-action]")?.closest(".message")?.dataset.ts;
    if (ts) this.held = { ts, message: null };
  }

  release() {
    const held = this.held;
    if (!held) return;
    setTimeout(() => {
      if (this.held === held) this.held = null;
      if (held.message && this.nodes.has(held.ts)) this.put(held.message);
    });
  }

  put(message) {
    if (this.held?.ts === message.ts) {
      this.held.message = message;
      return;
    }
    const node = this.nodes.get(message.ts);
    const author = node?.dataset.user;
    if (node) this.redraw(node, message);
    else this.insert(message);
    if (author !== message.user) this.group(); // new, or deleted: then it has no author
    if (!node && message.user === state.me) this.stuck = true;
    this.keep();
  }

  // Whoever has pressed a button that goes away stays at its message, and can go on from there.
  redraw(node, message) {
    const within = node.contains(document.activeElement);
    drawMessage(node, message);
    if (within && !node.contains(document.activeElement)) node.focus({ preventScroll: true });
  }

  insert(message) {
    const node = newMessage(message);
    const after = [...this.list.children].reverse().find((each) => each.dataset.ts && each.dataset.ts < message.ts);
    if (after) after.after(node);
    else this.list.prepend(node);
    this.nodes.set(message.ts, node);
  }

  drop(ts) {
    if (this.held?.ts === ts) this.held = null;
    const node = this.nodes.get(ts);
    const near = node?.contains(document.activeElement) && (neighbour(node) ?? this.scroller);
    node?.remove();
    this.nodes.delete(ts);
    if (near) near.focus({ preventScroll: true });
    this.group();
  }

  // Days get a line of their own; messages of one breath share one avatar.
  group() {
    for (const line of all(".day", this.list)) line.remove();
    let before = null;
    for (const node of all(".message", this.list)) {
      const message = state.messages.get(state.channel)?.get(node.dataset.ts);
      if (!message) continue;
      const newDay = !before || day(before.ts) !== day(message.ts);
      if (newDay && this !== threadPane) node.before(dayLine(message.ts));
      const close = before && message.ts - before.ts < SAME_BREATH && before.user === message.user;
      const wasRoot = this === threadPane && before?.ts === state.thread;
      node.classList.toggle("compact", Boolean(close && !newDay && !message.to && !before.to && !wasRoot));
      node.classList.toggle("root", this === threadPane && message.ts === state.thread);
      before = message;
    }
  }
}

// The message above, or else the one below.
function neighbour(node) {
  const messages = all(".message", node.parentElement);
  const at = messages.indexOf(node);
  return messages[at - 1] ?? messages[at + 1];
}

export const channelPane = new Pane("channel", $("messages"), (m) => m.channel === state.channel && atTop(m));
export const threadPane = new Pane("thread", $("replies"), (m) =>
  m.channel === state.channel && state.thread && (m.thread_ts ?? m.ts) === state.thread);
export const panes = () => [channelPane, threadPane];
