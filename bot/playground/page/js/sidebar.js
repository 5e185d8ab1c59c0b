// The list of channels and direct messages, and who speaks here.

import { drawAvatar } from "./avatars.js";
import { $ } from "./dom.js";
import { channelName, channelsOfMine, isDm, people, person, state } from "./state.js";

export function drawSidebar() {
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

export function drawMe() {
  const known = people();
  if (!known.some((user) => user.id === state.me)) state.me = known[0].id;
  sessionStorage.setItem("me", state.me);
  $("me").replaceChildren(...known.map((user) => new Option(user.real_name, user.id, false, user.id === state.me)));
  drawAvatar($("me-avatar"), person(state.me));
}
