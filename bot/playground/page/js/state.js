// What this page knows of the workspace, and who looks at it.

export const state = {
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

const SLACKBOT = { id: "USLACKBOT", name: "slackbot", real_name: "Slackbot", color: "616069", is_bot: false };

export const person = (id) => state.users.get(id) ?? (id === SLACKBOT.id ? SLACKBOT : null) ?? { id, name: id, real_name: id, color: "888888", is_bot: false };
export const people = () => [...state.users.values()].filter((user) => !user.is_bot);
export const channelsOfMine = () => [...state.channels.values()].filter((c) => c.members.includes(state.me));
export const messagesIn = (channel) => [...(state.messages.get(channel)?.values() ?? [])];
export const byTime = (a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0);
export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;
export const atTop = (message) => !isReply(message) || message.broadcast;
export const forMe = (message) => !message.to || message.to === state.me;
export const isDm = (channel) => ["im", "mpim"].includes(channel.kind);

export function remember(message) {
  if (!state.messages.has(message.channel)) state.messages.set(message.channel, new Map());
  state.messages.get(message.channel).set(message.ts, message);
}

export function channelName(channel) {
  if (!isDm(channel)) return channel.name;
  return channel.members.filter((id) => id !== state.me).map((id) => person(id).real_name).join(", ");
}
