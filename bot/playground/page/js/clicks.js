// Clicks within messages.

import { agreed } from "./confirm.js";
import { tell } from "./connection.js";
import { edit, remove } from "./editor.js";
import { drawVote, voteKey } from "./messages.js";
import { openThread } from "./navigation.js";
import { panes } from "./panes.js";
import { state } from "./state.js";

export function clicked(event) {
  const target = event.target.closest("button");
  const message = target?.closest(".message");
  if (!message) return;
  const { ts } = message.dataset;
  const known = state.messages.get(state.channel).get(ts);
  if (target.matches("[data-action]")) pressed(target, ts);
  else if (target.matches(".replies, .reply")) openThread(known.thread_ts ?? ts);
  else if (target.matches(".edit")) edit(message, known);
  else if (target.matches(".delete")) remove(message, known);
}

async function pressed(button, ts) {
  const { action, value, url, confirm } = button.dataset;
  if (confirm && !(await agreed(JSON.parse(confirm)))) return;
  if (url) window.open(url, "_blank", "noopener,noreferrer");
  if (button.matches(".feedback *")) {
    state.votes.set(voteKey(ts, action), value);
    for (const pane of panes()) if (pane.nodes.has(ts)) drawVote(pane.nodes.get(ts));
  }
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 600);
  tell({ type: "click", channel: state.channel, ts, action_id: action, value: value ?? null });
}
