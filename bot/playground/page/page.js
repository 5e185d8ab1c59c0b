// The playground's page: draws what the server tells, and tells the server what people do.
// Bodies of messages arrive as HTML that the server has escaped; everything else is set as text.

const $ = (id) => document.getElementById(id);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const wide = matchMedia("(min-width: 900px)");
const NEAR_END = 48;
const SAME_BREATH = 300;
const SETTLED = 1500;

const state = {
  me: sessionStorage.getItem("me"),
  channel: null,
  thread: null,
  users: new Map(),
  channels: new Map(),
  messages: new Map(),
  statuses: new Map(),
  votes: new Map(),
  unread: new Map(),
  asked: new Set(),
  suggestions: {},
  bot: null,
};

// --- The socket -------------------------------------------------------------------------------

let socket = null;
let redial = 0;

function dial() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ui/socket`);
  socket.onmessage = ({ data }) => hear(JSON.parse(data));
  socket.onopen = () => { redial = 0; connected(true); };
  socket.onclose = () => {
    connected(false);
    redial = Math.min(5000, redial * 2 + 250);
    setTimeout(dial, redial);
  };
}

function connected(is) {
  document.body.dataset.connected = is;
  $("connection").textContent = is ? "" : "The playground has stopped. Waiting for it to come back …";
}

function tell(message) {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify({ user: state.me, ...message }));
  return true;
}

const HEAR = {
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
  problem: ({ text }) => announce(text, true),
};

function hear(message) {
  HEAR[message.type]?.(message);
}

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
  const asked = decodeURIComponent(location.hash.slice(1));
  open_(channelsOfMine().find((c) => [state.channel, asked].includes(c.id))?.id ?? channelsOfMine()[0].id);
}

// --- What is known ----------------------------------------------------------------------------

const person = (id) => state.users.get(id) ?? { id, name: id, real_name: id, color: "888888" };
const people = () => [...state.users.values()].filter((user) => !user.is_bot);
const channelsOfMine = () => [...state.channels.values()].filter((c) => c.members.includes(state.me));
const messagesIn = (channel) => [...(state.messages.get(channel)?.values() ?? [])];
const byTime = (a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0);
const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;
const atTop = (message) => !isReply(message) || message.broadcast;
const forMe = (message) => !message.to || message.to === state.me;

function remember(message) {
  if (!state.messages.has(message.channel)) state.messages.set(message.channel, new Map());
  state.messages.get(message.channel).set(message.ts, message);
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
    if (wide.matches && composers.thread.idle()) openThread(root, false);
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

// --- Panes: the channel's list and the thread's ---------------------------------------------------

class Pane {
  constructor(name, list, shows) {
    this.list = list;
    this.shows = shows;
    this.scroller = $(`${name}-scroller`);
    this.newest = $(`${name}-newest`);
    this.nodes = new Map();
    this.stuck = true;
    this.scroller.addEventListener("scroll", () => this.look(), { passive: true });
    this.newest.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.keep()).observe(this.scroller);
  }

  look() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR_END;
    this.newest.hidden = this.stuck;
  }

  keep() {
    if (this.stuck) this.scroller.scrollTop = this.scroller.scrollHeight;
    else this.look();
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

  put(message) {
    const node = this.nodes.get(message.ts);
    if (node) drawMessage(node, message);
    else this.insert(message);
    if (!node) this.group();
    if (!node && message.user === state.me) this.stuck = true;
    this.keep();
  }

  insert(message) {
    const node = $("message-template").content.firstElementChild.cloneNode(true);
    node.dataset.ts = message.ts;
    drawMessage(node, message);
    const after = [...this.list.children].reverse().find((each) => each.dataset.ts && each.dataset.ts < message.ts);
    if (after) after.after(node);
    else this.list.prepend(node);
    this.nodes.set(message.ts, node);
  }

  drop(ts) {
    this.nodes.get(ts)?.remove();
    this.nodes.delete(ts);
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

const channelPane = new Pane("channel", $("messages"), (m) => m.channel === state.channel && atTop(m));
const threadPane = new Pane("thread", $("replies"), (m) =>
  m.channel === state.channel && state.thread && (m.thread_ts ?? m.ts) === state.thread);
const panes = () => [channelPane, threadPane];

// --- One message ------------------------------------------------------------------------------

function drawMessage(node, message) {
  const author = person(message.user);
  const part = (name) => node.querySelector(name);
  node.classList.toggle("bot", message.bot);
  node.classList.toggle("ephemeral", Boolean(message.to));
  node.classList.toggle("gone", message.gone);
  node.dataset.user = message.user;
  drawAvatar(part(".avatar"), author);
  part(".author").textContent = author.real_name;
  part(".app-badge").hidden = !message.bot;
  drawTime(part("time"), message.ts);
  drawBody(part(".body"), message.html);
  drawVote(node);
  part(".edited").hidden = !message.edited;
  part(".only-you").hidden = !message.to;
  drawReactions(part(".reactions"), message.reactions);
  drawReplies(part(".replies"), message);
  part(".delete").hidden = message.user !== state.me || message.gone;
  part(".hover").hidden = Boolean(message.to);
}

function drawBody(body, html) {
  if (body.dataset.html === html) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  morph(body, fresh.content);
  body.dataset.html = html;
}

// Which thumb was pressed is known here alone, as in Slack: the app's blocks do not say it.
function drawVote(node) {
  for (const thumb of all(".feedback [data-action]", node)) {
    const chosen = state.votes.get(voteKey(node.dataset.ts, thumb.dataset.action));
    thumb.setAttribute("aria-pressed", chosen === thumb.dataset.value);
  }
}

const voteKey = (ts, action) => [state.me, state.channel, ts, action].join("/");

// What has not changed stays as it is: selections, focus and scrolled code survive an edit.
function morph(old, fresh) {
  const wanted = [...fresh.childNodes];
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
  wanted.forEach((node, n) => {
    const there = old.childNodes[n];
    if (!there) old.append(node);
    else if (!there.isEqualNode(node)) change(there, node);
  });
}

function change(there, node) {
  if (there.nodeType === Node.TEXT_NODE && node.nodeType === Node.TEXT_NODE) there.data = node.data;
  else if (there.nodeType !== Node.ELEMENT_NODE || there.nodeName !== node.nodeName) there.replaceWith(node);
  else {
    for (const { name } of [...there.attributes]) if (!node.hasAttribute(name)) there.removeAttribute(name);
    for (const { name, value } of [...node.attributes]) if (there.getAttribute(name) !== value) there.setAttribute(name, value);
    morph(there, node);
  }
}

function drawAvatar(node, user) {
  if (node.dataset.user === user.id) return;
  node.dataset.user = user.id;
  node.classList.toggle("bot-avatar", user.is_bot);
  if (user.is_bot) node.replaceChildren($("bot-template").content.cloneNode(true));
  else node.textContent = initials(user.real_name);
  node.style.backgroundColor = user.is_bot ? "" : `#${user.color}`;
}

function initials(name) {
  const words = name.trim().split(/\s+/);
  const letters = /^[\p{Script=Latin}]/u.test(name) ? words.slice(0, 2).map((word) => [...word][0]) : [[...name][0]];
  return letters.join("").toUpperCase();
}

function drawTime(node, ts) {
  const at = new Date(ts * 1000);
  node.dateTime = at.toISOString();
  node.textContent = clock(at);
  node.title = at.toLocaleString();
}

const clock = (at) => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const day = (ts) => new Date(ts * 1000).toDateString();

function dayLine(ts) {
  const line = document.createElement("li");
  line.className = "day";
  const label = document.createElement("span");
  const today = day(Date.now() / 1000) === day(ts);
  label.textContent = today ? "Today" : new Date(ts * 1000).toLocaleDateString([], { weekday: "long", month: "long", day: "numeric" });
  line.append(label);
  return line;
}

function drawReactions(list, reactions) {
  list.replaceChildren(...reactions.map(({ emoji, count }) => {
    const item = document.createElement("li");
    item.textContent = `${emoji} ${count}`;
    return item;
  }));
}

function drawReplies(button, message) {
  button.hidden = !message.reply_count || isReply(message);
  if (button.hidden) return;
  button.querySelector("b").textContent = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  button.querySelector("small").textContent = `Last one at ${clock(new Date(message.latest_reply * 1000))}`;
  button.querySelector(".faces").replaceChildren(...message.reply_users.slice(0, 4).map((id) => {
    const face = document.createElement("span");
    face.className = "avatar";
    drawAvatar(face, person(id));
    return face;
  }));
}

// --- Around the messages ----------------------------------------------------------------------

function channelName(channel) {
  if (channel.kind === "im") return channel.members.filter((id) => id !== state.me).map((id) => person(id).real_name).join(", ");
  if (channel.kind === "mpim") return channel.members.filter((id) => id !== state.me).map((id) => person(id).real_name).join(", ");
  return channel.name;
}

const isDm = (channel) => ["im", "mpim"].includes(channel.kind);

function drawSidebar() {
  const mine = channelsOfMine();
  $("channels").replaceChildren(...mine.filter((c) => !isDm(c)).map(channelEntry));
  $("dms").replaceChildren(...mine.filter(isDm).map(channelEntry));
}

function channelEntry(channel) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const sign = document.createElement("span");
  const name = document.createElement("span");
  button.type = "button";
  button.dataset.channel = channel.id;
  button.className = "channel";
  sign.className = "sign";
  sign.setAttribute("aria-hidden", "true");
  name.className = "name";
  name.textContent = channelName(channel);
  drawSign(sign, channel);
  if (channel.id === state.channel) button.setAttribute("aria-current", "page");
  button.append(sign, name);
  const unread = state.unread.get(channel.id);
  if (unread) button.append(badge(unread));
  button.addEventListener("click", () => { open_(channel.id); drawer(false); composers.channel.box.focus(); });
  item.append(button);
  return item;
}

function drawSign(sign, channel) {
  if (channel.kind === "channel") sign.textContent = "#";
  else if (channel.kind === "group") sign.classList.add("private");
  else if (channel.kind === "mpim") { sign.textContent = channel.members.length - 1; sign.classList.add("many"); }
  else { sign.classList.add("avatar"); drawAvatar(sign, person(channel.members.find((id) => id !== state.me))); }
}

function badge(count) {
  const node = document.createElement("span");
  node.className = "badge";
  node.textContent = count;
  node.setAttribute("aria-label", `${count} unread`);
  return node;
}

function drawMe() {
  const known = people();
  if (!known.some((user) => user.id === state.me)) state.me = known[0].id;
  sessionStorage.setItem("me", state.me);
  $("me").replaceChildren(...known.map((user) => new Option(user.real_name, user.id, false, user.id === state.me)));
  drawAvatar($("me-avatar"), person(state.me));
}

function open_(id) {
  state.channel = id;
  state.unread.delete(id);
  const channel = state.channels.get(id);
  history.replaceState(null, "", `#${encodeURIComponent(id)}`);
  $("channel-name").textContent = channel.kind === "channel" ? `# ${channelName(channel)}` : channelName(channel);
  $("channel-about").textContent = channel.kind === "im" ? "App" : `${channel.members.length} members`;
  document.title = `${$("channel-name").textContent} · ${$("workspace").textContent}`;
  closeThread();
  drawSidebar();
  channelPane.fill(messagesIn(id).filter(atTop));
  drawStart();
  drawStatuses();
  composers.channel.opened();
}

function drawStart() {
  const channel = state.channels.get(state.channel);
  const empty = !messagesIn(state.channel).some((m) => atTop(m) && forMe(m));
  const dm = isDm(channel);
  $("channel-start").querySelector("h2").textContent = dm ? channelName(channel) : `# ${channel.name}`;
  $("channel-start").querySelector("p").textContent = channel.kind === "im"
    ? "Write to the bot directly: here it answers everything, and remembers the conversation."
    : "Mention the bot, and it answers in a thread. Try one of these:";
  const offered = empty ? (channel.kind === "im" ? state.suggestions.dm : state.suggestions.channel) : [];
  $("channel-start").classList.toggle("full", empty);
  $("suggestions").replaceChildren(...offered.map(suggestion));
}

function suggestion(text) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "chip";
  button.textContent = text;
  button.addEventListener("click", () => composers.channel.write(text));
  item.append(button);
  return item;
}

function drawStatuses() {
  const bot = state.bot?.name ?? "";
  const line = (root) => {
    const status = state.statuses.get(`${state.channel}/${root}`);
    return status ? `${bot} ${status}` : "";
  };
  $("channel-status").textContent = line("");
  $("thread-status").textContent = state.thread ? line(state.thread) : "";
}

// --- The thread -------------------------------------------------------------------------------

function openThread(ts, focus = true) {
  toggleFaults(false);
  state.thread = ts;
  $("thread").hidden = false;
  cover();
  $("thread-about").textContent = $("channel-name").textContent;
  threadPane.fill(messagesIn(state.channel).filter((m) => (m.thread_ts ?? m.ts) === ts && !m.to || m.to && m.thread_ts === ts));
  drawStatuses();
  composers.thread.opened();
  if (focus) composers.thread.box.focus();
}

function closeThread() {
  if (!state.thread) return;
  const { thread } = state;
  state.thread = null;
  $("thread").hidden = true;
  cover();
  channelPane.nodes.get(thread)?.querySelector(".replies:not([hidden])")?.focus({ preventScroll: true });
}

// --- Clicks within messages -------------------------------------------------------------------

function clicked(event) {
  const target = event.target.closest("button");
  const message = target?.closest(".message");
  if (!message) return;
  const { ts } = message.dataset;
  const known = state.messages.get(state.channel).get(ts);
  if (target.matches("[data-action]")) pressed(target, ts);
  else if (target.matches(".replies, .reply")) openThread(known.thread_ts ?? ts);
  else if (target.matches(".delete")) tell({ type: "delete", channel: state.channel, ts });
}

async function pressed(button, ts) {
  const { action, value, url, confirm } = button.dataset;
  if (confirm && !(await agreed(confirm))) return;
  if (url) window.open(url, "_blank", "noopener,noreferrer");
  if (button.matches(".feedback *")) {
    state.votes.set(voteKey(ts, action), value);
    for (const pane of panes()) if (pane.nodes.has(ts)) drawVote(pane.nodes.get(ts));
  }
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 600);
  tell({ type: "click", channel: state.channel, ts, action_id: action, value: value ?? null });
}

function agreed(question) {
  const dialog = $("confirm");
  dialog.querySelector("p").textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  });
}

// --- Modals: what the bot opened for whoever speaks here --------------------------------------------

let modals = [];

function drawModals(told) {
  modals = told?.modals ?? modals;
  const dialog = $("modal");
  const mine = modals.findLast((each) => each.user === state.me);
  if (dialog.dataset.view === mine?.id) return;
  dialog.close();
  dialog.dataset.view = mine?.id ?? "";
  if (!mine) return;
  dialog.querySelector("h2").textContent = mine.title;
  dialog.querySelector(".fields-of").innerHTML = mine.html;
  dialog.querySelector("[value=close]").textContent = mine.close || "Cancel";
  dialog.querySelector("[type=submit]").textContent = mine.submit || "Submit";
  dialog.querySelector("[type=submit]").hidden = !mine.submit && !mine.html.includes("<fieldset");
  dialog.showModal();
}

function filled(form) {
  const values = {};
  for (const each of all("[data-block]", form)) {
    if (["radio", "checkbox"].includes(each.type) && !each.checked) continue;
    const block = values[each.dataset.block] ??= {};
    (block[each.name] ??= []).push(each.value);
  }
  return values;
}

function modalSent(event) {
  event.preventDefault();
  tell({ type: "submit", view: $("modal").dataset.view, values: filled(event.target) });
}

function modalClosed(event) {
  event.preventDefault();
  tell({ type: "dismiss", view: $("modal").dataset.view });
}

// --- Composers --------------------------------------------------------------------------------

class Composer {
  constructor(name, send, label) {
    this.form = $(`composer-${name}-form`);
    this.form.append($("composer-template").content.cloneNode(true));
    this.box = this.form.querySelector("textarea");
    this.list = this.form.querySelector(".mentions");
    this.box.id = `composer-${name}`;
    this.list.id = `mentions-${name}`;
    this.box.setAttribute("aria-controls", this.list.id);
    this.send = send;
    this.label = label;
    this.chosen = 0;
    this.drafts = new Map();
    this.box.addEventListener("input", () => this.typed());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
  }

  opened() {
    const label = this.label();
    this.box.placeholder = label;
    this.box.setAttribute("aria-label", label);
    this.box.value = this.drafts.get(this.place()) ?? "";
    this.close();
    this.grow();
  }

  idle() {
    return !this.box.value && document.activeElement !== this.box;
  }

  place() {
    return this === composers.thread ? `${state.channel}/${state.thread}` : state.channel;
  }

  write(text) {
    this.box.value = text;
    this.box.focus();
    this.box.setSelectionRange(text.length, text.length);
    this.typed();
    this.close();
  }

  typed() {
    this.drafts.set(this.place(), this.box.value);
    this.grow();
    this.suggest();
  }

  grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, innerHeight * 0.4)}px`;
    this.form.classList.toggle("ready", Boolean(this.box.value.trim()));
  }

  submit() {
    const text = this.box.value.trim();
    if (!text || !this.send(text)) return;
    this.write("");
  }

  // While a Japanese word is being composed, Enter and the arrows belong to the input method.
  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const act = this.list.hidden ? undefined : this.keys()[event.key];
    if (act) { event.preventDefault(); event.stopPropagation(); act(); }
    else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.submit(); }
  }

  keys() {
    return {
      ArrowDown: () => this.choose(this.chosen + 1),
      ArrowUp: () => this.choose(this.chosen - 1),
      Enter: () => this.accept(),
      Tab: () => this.accept(),
      Escape: () => this.close(),
    };
  }

  begun() {
    return /(?:^|[\s(（、。「])[@＠]([^\s@]*)$/u.exec(this.box.value.slice(0, this.box.selectionStart));
  }

  suggest() {
    const begun = this.begun();
    const wanted = begun?.[1].toLowerCase();
    const fits = (user) => [user.name, user.real_name, ...user.real_name.split(/\s+/)].some((n) => n.toLowerCase().startsWith(wanted));
    this.found = begun ? [...state.users.values()].filter(fits).sort((a, b) => b.is_bot - a.is_bot) : [];
    if (!this.found.length) return this.close();
    this.list.replaceChildren(...this.found.map((user, n) => this.option(user, n)));
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    return this.choose(0);
  }

  option(user, n) {
    const item = document.createElement("li");
    const face = document.createElement("span");
    const name = document.createElement("b");
    const handle = document.createElement("small");
    item.id = `${this.list.id}-${n}`;
    item.setAttribute("role", "option");
    face.className = "avatar";
    drawAvatar(face, user);
    name.textContent = user.real_name;
    handle.textContent = user.is_bot ? "app" : user.name;
    item.append(face, name, handle);
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); this.choose(n); this.accept(); });
    return item;
  }

  choose(n) {
    this.chosen = (n + this.found.length) % this.found.length;
    [...this.list.children].forEach((item, at) => item.setAttribute("aria-selected", at === this.chosen));
    this.box.setAttribute("aria-activedescendant", `${this.list.id}-${this.chosen}`);
    this.list.children[this.chosen].scrollIntoView({ block: "nearest" });
  }

  accept() {
    const begun = this.begun();
    const name = `@${this.found[this.chosen].real_name} `;
    const at = this.box.selectionStart;
    this.box.setRangeText(name, at - begun[1].length - 1, at, "end");
    this.typed();
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }
}

const composers = {};
composers.channel = new Composer(
  "channel",
  (text) => tell({ type: "say", channel: state.channel, text }),
  () => `Message ${$("channel-name").textContent.replace("# ", "#")}`,
);
composers.thread = new Composer(
  "thread",
  (text) => tell({ type: "say", channel: state.channel, text, thread_ts: state.thread }),
  () => "Reply…",
);

// --- Faults -----------------------------------------------------------------------------------

function drawSwitches({ switches }) {
  const focused = document.activeElement?.name;
  const groups = Map.groupBy(switches, (each) => each.panel);
  $("fault-list").replaceChildren(...[...groups].map(([name, listed]) => switchGroup(name, listed)));
  if (focused) $("fault-list").elements[focused]?.focus();
  const moved = switches.filter((each) => each.moved).length;
  $("faults-count").hidden = !moved;
  $("faults-count").textContent = moved;
  $("faults-reset").disabled = !moved;
}

function switchGroup(name, switches) {
  const group = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = name;
  group.append(legend, ...switches.map(switchRow));
  return group;
}

function switchRow(each) {
  const row = document.createElement("label");
  const text = document.createElement("span");
  const hint = document.createElement("small");
  const input = SWITCHES[each.kind](each);
  text.textContent = each.label;
  hint.textContent = each.hint;
  if (each.hint) text.append(hint);
  input.name = `${each.panel}.${each.name}`;
  const set = (value) => tell({ type: "switch", panel: each.panel, name: each.name, value });
  if (each.kind === "action") input.addEventListener("click", () => set(null));
  else input.addEventListener("change", () => set(READ[each.kind](input)));
  row.className = "fault";
  row.classList.toggle("on", each.moved);
  row.append(text, input);
  if (each.kind === "share") row.append(percentage(input));
  return row;
}

const made = (tag, properties) => Object.assign(document.createElement(tag), properties);
const bounds = (each) => ({ min: each.minimum ?? 0, max: each.maximum ?? "", step: each.step ?? "any", value: each.value });

const SWITCHES = {
  flag: (each) => made("input", { type: "checkbox", checked: each.value }),
  number: (each) => made("input", { type: "number", ...bounds(each) }),
  share: (each) => made("input", { type: "range", ...bounds(each) }),
  names: (each) => made("input", { type: "text", value: each.value.join(", "), placeholder: "chat.update, …", spellcheck: false }),
  action: (each) => made("button", { type: "button", className: "button", textContent: "Do it", title: each.label }),
};

const READ = {
  flag: (input) => input.checked,
  number: (input) => input.valueAsNumber,
  share: (input) => input.valueAsNumber,
  names: (input) => input.value.split(/[\s,]+/).filter(Boolean),
};

function percentage(input) {
  const output = document.createElement("output");
  const show = () => { output.textContent = `${Math.round(input.valueAsNumber * 100)} %`; };
  input.addEventListener("input", show);
  show();
  return output;
}

function toggleFaults(show) {
  if (show) closeThread();
  $("faults").hidden = !show;
  $("faults-toggle").setAttribute("aria-expanded", show);
  cover();
  if (show) $("faults-close").focus();
}

// --- The strip --------------------------------------------------------------------------------

function drawStats({ timing, meters }) {
  $("timing").replaceChildren(...timing.map(({ label, value }) => {
    const group = document.createElement("div");
    const term = document.createElement("dt");
    const shown = document.createElement("dd");
    term.textContent = label;
    shown.textContent = value;
    group.append(term, shown);
    return group;
  }));
  $("meters").replaceChildren(...meters.map(meter));
}

function meter({ method, used, budget, refused }) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const bar = document.createElement("meter");
  const count = document.createElement("b");
  name.textContent = method;
  Object.assign(bar, { min: 0, max: budget || 1, high: budget * 0.8, optimum: 0, value: used });
  bar.setAttribute("aria-label", `${method}: ${used} of ${budget ?? "∞"} a minute`);
  count.textContent = budget ? `${used}/${budget}` : used;
  item.append(name, bar, count);
  bar.hidden = !budget;
  if (refused) {
    const refusals = document.createElement("span");
    refusals.className = "refused";
    refusals.textContent = `${refused} × 429`;
    item.append(refusals);
  }
  return item;
}

// --- For screen readers, keys, themes, drawers ---------------------------------------------------

const waiting = new Map();

function announce(text, loud = false) {
  $("announcer").textContent = text;
  if (!loud) return;
  $("connection").textContent = text;
  setTimeout(() => { if ($("connection").textContent === text) $("connection").textContent = ""; }, 6000);
}

// An answer that is being written is read out when it has come to rest, not at every edit.
function announceSoon(message, isNew) {
  if (message.channel !== state.channel || message.user === state.me) return;
  clearTimeout(waiting.get(message.ts));
  if (isNew) announce(`${person(message.user).real_name} writes`);
  waiting.set(message.ts, setTimeout(() => {
    waiting.delete(message.ts);
    announce(`${person(message.user).real_name}: ${message.text}`);
  }, SETTLED));
}

// What is covered can neither be seen nor be reached.
function cover() {
  const open = document.body.classList.contains("drawer");
  const beside = !$("thread").hidden || !$("faults").hidden;
  $("main").inert = open || (beside && !wide.matches);
  for (const id of ["thread", "faults", "strip"]) $(id).inert = open;
}

function drawer(show) {
  document.body.classList.toggle("drawer", show);
  $("menu").setAttribute("aria-expanded", show);
  $("shade").hidden = !show;
  cover();
  if (show) $("sidebar").querySelector("[aria-current]")?.focus();
}

function escape_() {
  if ($("confirm").open || $("modal").open) return;
  if (document.body.classList.contains("drawer")) { drawer(false); $("menu").focus(); }
  else if (!$("faults").hidden) { toggleFaults(false); $("faults-toggle").focus(); }
  else if (state.thread) closeThread();
}

function theme() {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
}

function start() {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
  for (const list of [$("messages"), $("replies")]) list.addEventListener("click", clicked);
  $("me").addEventListener("change", () => {
    state.me = $("me").value;
    drawMe();
    drawModals();
    open_(channelsOfMine().find((c) => c.id === state.channel)?.id ?? dmOrFirst());
  });
  $("modal").querySelector("form").addEventListener("submit", modalSent);
  $("modal").querySelector("[value=close]").addEventListener("click", modalClosed);
  $("modal").addEventListener("cancel", modalClosed);
  $("thread-close").addEventListener("click", closeThread);
  $("faults-toggle").addEventListener("click", () => toggleFaults($("faults").hidden));
  $("faults-close").addEventListener("click", () => { toggleFaults(false); $("faults-toggle").focus(); });
  $("faults-reset").addEventListener("click", () => tell({ type: "reset" }));
  $("fault-list").addEventListener("submit", (event) => event.preventDefault());
  $("theme").addEventListener("click", theme);
  wide.addEventListener("change", cover);
  $("menu").addEventListener("click", () => drawer(!document.body.classList.contains("drawer")));
  $("shade").addEventListener("click", () => drawer(false));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") escape_(); });
  dial();
}

const dmOrFirst = () => (channelsOfMine().find((c) => c.kind === "im") ?? channelsOfMine()[0]).id;

start();
