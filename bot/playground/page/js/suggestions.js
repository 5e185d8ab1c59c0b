// What can be tried: in an empty channel at once, later behind a button in its header.

import { composers } from "./composers.js";
import { $ } from "./dom.js";

export function drawSuggestions(offered, empty) {
  $("suggestions").replaceChildren(...(empty ? offered.map(suggestion) : []));
  $("more-suggestions").replaceChildren(...(empty ? [] : offered.map(suggestion)));
  $("try").hidden = empty || !offered.length;
  if (empty) showMore(false);
}

export function showMore(show) {
  $("more-suggestions").hidden = !show;
  $("try").setAttribute("aria-expanded", show);
  if (show) $("more-suggestions").querySelector("button").focus();
}

function suggestion(text) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "chip";
  button.textContent = text;
  button.addEventListener("click", () => {
    showMore(false);
    composers.channel.write(text);
  });
  item.append(button);
  return item;
}
