// Which channel, thread and panel are open.

import { composers } from "./composers.js";
import { $ } from "./dom.js";
import { channelPane, threadPane } from "./panes.js";
import { drawSidebar } from "./sidebar.js";
import { atTop, channelName, isDm, messagesIn, state } from "./state.js";
import { drawSuggestions, showMore } from "./suggestions.js";

export const wide = matchMedia("(min-width: 900px)");

export function openChannel(id) {
  state.channel = id;
  state.unread.delete(id);
  const channel = state.channels.get(id);
  keepPlace();
  $("channel-name").textContent = channel.kind === "channel" ? `# ${channelName(channel)}` : channelName(channel);
  $("channel-about").textContent = channel.kind === "im" ? "App" : `${channel.members.length} members`;
  document.title = `${$("channel-name").textContent} · ${$("workspace").textContent}`;
  closeThread();
  drawSidebar();
  channelPane.fill(messagesIn(id).filter(atTop));
  showMore(false);
  drawStart();
  drawStatuses();
  composers.channel.opened();
}

// A reload comes back here.
function keepPlace() {
  const thread = state.thread ? `/${state.thread}` : "";
  history.replaceState(null, "", `#${encodeURIComponent(state.channel)}${thread}`);
}

// The thread that was open before, if the channel is still the same.
export function reopenThread(channel, ts) {
  if (channel === state.channel && state.messages.get(channel)?.has(ts)) openThread(ts, false);
}

export function drawStart() {
  const channel = state.channels.get(state.channel);
  const empty = !messagesIn(state.channel).some((m) => atTop(m) && !m.to);
  const dm = isDm(channel);
  $("channel-start").querySelector("h2").textContent = dm ? channelName(channel) : `# ${channel.name}`;
  $("channel-start").querySelector("p").textContent = channel.kind === "im"
    ? "Write to the bot directly: here it answers every message, and reads what was said before."
    : "Mention the bot, and it answers in a thread; to ask more there, mention it again. Try one of these:";
  $("channel-start").classList.toggle("full", empty);
  drawSuggestions(channel.kind === "im" ? state.suggestions.dm : state.suggestions.channel, empty);
}

export function drawStatuses() {
  const bot = state.bot?.name ?? "";
  const line = (root) => {
    const status = state.statuses.get(`${state.channel}/${root}`);
    return status ? `${bot} ${status}` : "";
  };
  $("channel-status").textContent = line("");
  $("thread-status").textContent = state.thread ? line(state.thread) : "";
}

export function openThread(ts, focus = true) {
  showFaults(false);
  state.thread = ts;
  keepPlace();
  $("thread").hidden = false;
  cover();
  $("thread-about").textContent = $("channel-name").textContent;
  threadPane.fill(messagesIn(state.channel).filter((m) => (m.thread_ts ?? m.ts) === ts && !m.to || m.to && m.thread_ts === ts));
  drawStatuses();
  composers.thread.opened();
  if (focus) composers.thread.box.focus();
}

export function closeThread() {
  if (!state.thread) return;
  const { thread } = state;
  state.thread = null;
  keepPlace();
  $("thread").hidden = true;
  cover();
  channelPane.nodes.get(thread)?.querySelector(".replies:not([hidden])")?.focus({ preventScroll: true });
}

export function showFaults(show) {
  if (show) closeThread();
  $("faults").hidden = !show;
  $("faults-toggle").setAttribute("aria-expanded", show);
  cover();
  if (show) $("faults-close").focus();
}

export function showDrawer(show) {
  document.body.classList.toggle("drawer", show);
  $("menu").setAttribute("aria-expanded", show);
  $("shade").hidden = !show;
  cover();
  if (show) $("sidebar").querySelector("[aria-current]")?.focus();
}

// What is covered can neither be seen nor be reached.
export function cover() {
  const open = document.body.classList.contains("drawer");
  const beside = !$("thread").hidden || !$("faults").hidden;
  $("main").inert = open || (beside && !wide.matches);
  for (const id of ["thread", "faults", "strip"]) $(id).inert = open;
}

export function closeTopmost() {
  if ($("confirm").open || $("modal").open) return;
  if (document.body.classList.contains("drawer")) { showDrawer(false); $("menu").focus(); }
  else if (!$("more-suggestions").hidden && $("main").contains(document.activeElement)) { showMore(false); $("try").focus(); }
  else if (!$("faults").hidden) { showFaults(false); $("faults-toggle").focus(); }
  else if (state.thread) closeThread();
}
