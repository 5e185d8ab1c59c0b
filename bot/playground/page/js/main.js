// The playground's page: draws what the server tells, and tells the server what people do.

import { announce, announceSoon } from "./announcer.js";
import { clicked } from "./clicks.js";
import { composers } from "./composers.js";
import { connect, tell } from "./connection.js";
import { $ } from "./dom.js";
import { editLast } from "./editor.js";
import { drawSwitches } from "./faults.js";
import { drawStats } from "./meters.js";
import { drawModals, modalClosed, modalRefused, modalSent } from "./modals.js";
import {
  closeThread,
  closeTopmost,
  cover,
  drawStart,
  drawStatuses,
  openChannel,
  openThread,
  reopenThread,
  showDrawer,
  showFaults,
  wide,
} from "./navigation.js";
import { panes } from "./panes.js";
import { drawMe, drawSidebar } from "./sidebar.js";
import { channelsOfMine, forMe, remember, state } from "./state.js";
import { showMore } from "./suggestions.js";

const HANDLERS = {
  hello: welcome,
  message: receive,
  deleted: ({ channel, ts }) => forget(channel, ts),
  status: ({ channel, thread_ts, status }) => {
    state.statuses.set(`${channel}/${thread_ts}`, status);
    drawStatuses();
  },
  stats: drawStats,
  switches: drawSwitches,
  modals: drawModals,
  refused: modalRefused,
  command: (command) => composers[command.thread_ts ? "thread" : "channel"].told(command),
  problem: ({ text }) => announce(text, true),
};

function welcome(hello) {
  state.users = new Map(hello.users.map((user) => [user.id, user]));
  state.channels = new Map(hello.channels.map((channel) => [channel.id, channel]));
  state.messages = new Map(hello.channels.map((channel) => [channel.id, new Map()]));
  state.suggestions = hello.suggestions;
  state.bot = hello.bot;
  $("workspace").textContent = hello.workspace;
  $("model").textContent = hello.model;
  $("model").title = hello.model;
  for (const message of hello.messages) remember(message);
  drawMe();
  const [channel, thread] = decodeURIComponent(location.hash.slice(1)).split("/");
  openChannel((channelsOfMine().find((c) => c.id === channel) ?? channelsOfMine()[0]).id);
  reopenThread(channel, thread);
}

function receive({ message }) {
  const known = state.messages.get(message.channel)?.get(message.ts);
  remember(message);
  if (!forMe(message)) return;
  if (!known) arrived(message);
  for (const pane of panes()) if (pane.shows(message)) pane.put(message);
  announceSoon(message, !known);
}

function arrived(message) {
  const root = message.thread_ts;
  const key = `${message.channel}/${root}`;
  if (message.bot && root && state.asked.has(key) && message.channel === state.channel) {
    state.asked.delete(key);
    if (wide.matches && composers.thread.idle() && !$("thread").querySelector(".editing")) openThread(root, false);
  }
  if (message.user === state.me && !message.bot) state.asked.add(`${message.channel}/${root ?? message.ts}`);
  if (message.channel !== state.channel && message.user !== state.me) {
    state.unread.set(message.channel, (state.unread.get(message.channel) ?? 0) + 1);
    drawSidebar();
  }
  if (message.channel === state.channel) drawStart();
}

function forget(channel, ts) {
  state.messages.get(channel)?.delete(ts);
  if (channel !== state.channel) return;
  for (const pane of panes()) pane.drop(ts);
  if (state.thread === ts) closeThread();
  drawStart();
}

function chosen(event) {
  const channel = event.target.closest("[data-channel]")?.dataset.channel;
  if (!channel) return;
  openChannel(channel);
  showDrawer(false);
  composers.channel.box.focus();
}

function theme() {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
}

const dmOrFirst = () => (channelsOfMine().find((c) => c.kind === "im") ?? channelsOfMine()[0]).id;

function start() {
  const kept = localStorage.getItem("theme");
  if (kept) document.documentElement.dataset.theme = kept;
  for (const list of [$("messages"), $("replies")]) list.addEventListener("click", clicked);
  $("me").addEventListener("change", () => {
    const { channel, thread } = state;
    state.me = $("me").value;
    drawMe();
    drawModals();
    openChannel(channelsOfMine().find((c) => c.id === channel)?.id ?? dmOrFirst());
    reopenThread(channel, thread);
  });
  $("modal").querySelector("form").addEventListener("submit", modalSent);
  $("modal").querySelector("[value=close]").addEventListener("click", modalClosed);
  $("modal").addEventListener("cancel", modalClosed);
  $("sidebar").addEventListener("click", chosen);
  $("thread-close").addEventListener("click", closeThread);
  $("faults-toggle").addEventListener("click", () => showFaults($("faults").hidden));
  $("faults-close").addEventListener("click", () => { showFaults(false); $("faults-toggle").focus(); });
  $("faults-reset").addEventListener("click", () => tell({ type: "reset" }));
  $("fault-list").addEventListener("submit", (event) => event.preventDefault());
  $("try").addEventListener("click", () => showMore($("more-suggestions").hidden));
  $("theme").addEventListener("click", theme);
  wide.addEventListener("change", cover);
  $("menu").addEventListener("click", () => showDrawer(!document.body.classList.contains("drawer")));
  $("shade").addEventListener("click", () => showDrawer(false));
  for (const { form } of Object.values(composers)) form.addEventListener("keydown", editLast);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeTopmost(); });
  connect(HANDLERS);
}

start();
