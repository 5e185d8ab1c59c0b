// Changes a part of the page into what it should be, and keeps the nodes that can stay.

import { all } from "./dom.js";

// Selections, focus and scrolled code survive an edit, and a button stays the same node while blocks
// come above it: what is alike at the beginning and at the end is kept, the rest is paired in order.
export function morph(old, fresh) {
  const there = [...old.childNodes];
  const wanted = [...fresh.childNodes];
  const most = Math.min(there.length, wanted.length);
  let first = 0;
  while (first < most && alike(there[first], wanted[first])) first += 1;
  let last = 0;
  while (last < most - first && alike(there.at(-1 - last), wanted.at(-1 - last))) last += 1;
  for (let n = 0; n < first; n += 1) become(there[n], wanted[n]);
  for (let n = 1; n <= last; n += 1) become(there.at(-n), wanted.at(-n));
  const end = there[there.length - last] ?? null;
  const between = there.slice(first, there.length - last);
  const missing = wanted.slice(first, wanted.length - last);
  missing.forEach((node, n) => (n < between.length ? become(between[n], node) : old.insertBefore(node, end)));
  for (const surplus of between.slice(missing.length)) surplus.remove();
}

// Buttons may look pressed here and not in what the server sends: their actions tell who they are.
function alike(there, node) {
  return there.isEqualNode(node) || (actions(there) !== "" && actions(there) === actions(node));
}

function actions(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const buttons = node.matches("[data-action]") ? [node] : all("[data-action]", node);
  return buttons.map((button) => button.dataset.action).join(" ");
}

function become(there, node) {
  if (!there.isEqualNode(node)) change(there, node);
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
