// The two boxes in which people write messages: the channel's and the thread's.

import { tell } from "./connection.js";
import { $ } from "./dom.js";
import { draftOf, keepDraft } from "./drafts.js";
import { state } from "./state.js";
import { TextBox } from "./text_box.js";

const COMMAND = /^\/\S/;

class Composer extends TextBox {
  constructor(name, send, label) {
    const form = $(`composer-${name}-form`);
    super(form, `composer-${name}`, `mentions-${name}`);
    form.append($("composer-template").content.cloneNode(true));
    this.inThread = name === "thread";
    this.send = send;
    this.label = label;
    this.waits = false;
  }

  opened() {
    this.waits = false;
    const label = this.label();
    this.box.placeholder = label;
    this.box.setAttribute("aria-label", label);
    this.box.value = draftOf(this.place());
    this.close();
    this.grow();
  }

  idle() {
    return !this.box.value && document.activeElement !== this.box;
  }

  place() {
    return this.inThread ? `${state.channel}/${state.thread}` : state.channel;
  }

  typed() {
    keepDraft(this.place(), this.box.value);
    super.typed();
  }

  // A command stays until it is known that somebody answers it.
  submit() {
    const text = this.box.value.trimEnd();
    if (!text || this.waits || !this.send(text)) return;
    this.waits = COMMAND.test(text);
    if (!this.waits) this.write("");
  }

  // What came of a command that was sent from a channel or a thread, which need not be open still.
  told({ channel, thread_ts, text, taken }) {
    const place = this.inThread ? `${channel}/${thread_ts}` : channel;
    if (place === this.place()) this.waits = false;
    if (!taken || draftOf(place).trimEnd() !== text) return;
    if (place === this.place()) this.write("");
    else keepDraft(place, "");
  }
}

export const composers = {
  channel: new Composer(
    "channel",
    (text) => tell({ type: "say", channel: state.channel, text }),
    () => `Message ${$("channel-name").textContent.replace("# ", "#")}`,
  ),
  thread: new Composer(
    "thread",
    (text) => tell({ type: "say", channel: state.channel, text, thread_ts: state.thread }),
    () => state.channels.get(state.channel)?.kind === "im" ? "Reply…" : "Reply… (the bot answers if you mention it)",
  ),
};
