// Draws one message. Its body arrives as HTML that the server has escaped; all else is set as text.

import { drawAvatar } from "./avatars.js";
import { $, all } from "./dom.js";
import { morph } from "./morph.js";
import { isReply, person, state } from "./state.js";
import { clock, drawTime } from "./times.js";

// A new node for a message, drawn.
export function newMessage(message) {
  const node = $("message-template").content.firstElementChild.cloneNode(true);
  node.dataset.ts = message.ts;
  drawMessage(node, message);
  return node;
}

export function drawMessage(node, message) {
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
  const mine = message.user === state.me && !message.gone;
  part(".delete").hidden = !mine;
  part(".edit").hidden = !mine || message.source === null;
  if (message.gone) endEditing(node);
  part(".hover").hidden = Boolean(message.to);
}

function endEditing(node) {
  node.classList.remove("editing");
  node.querySelector(".editor")?.remove();
}

function drawBody(body, html) {
  if (body.dataset.html === html) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  morph(body, fresh.content);
  body.dataset.html = html;
}

// Which thumb was pressed is known here alone, as in Slack: the app's blocks do not say it.
export function drawVote(node) {
  for (const thumb of all(".feedback [data-action]", node)) {
    const chosen = state.votes.get(voteKey(node.dataset.ts, thumb.dataset.action));
    thumb.setAttribute("aria-pressed", chosen === thumb.dataset.value);
  }
}

export const voteKey = (ts, action) => [state.me, state.channel, ts, action].join("/");

function drawReactions(list, reactions) {
  list.hidden = !reactions.length;
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
