// The faces of people and of the bot.

import { $ } from "./dom.js";

export function drawAvatar(node, user) {
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
