// What screen readers are told.

import { $ } from "./dom.js";
import { person, state } from "./state.js";

const SETTLED = 1500;

const waiting = new Map();

export function announce(text, loud = false) {
  $("announcer").textContent = text;
  if (!loud) return;
  $("connection").textContent = text;
  setTimeout(() => { if ($("connection").textContent === text) $("connection").textContent = ""; }, 6000);
}

// An answer that is being written is read out when it has come to rest, not at every edit.
export function announceSoon(message, isNew) {
  if (message.channel !== state.channel || message.user === state.me) return;
  clearTimeout(waiting.get(message.ts));
  if (isNew) announce(`${person(message.user).real_name} writes`);
  waiting.set(message.ts, setTimeout(() => {
    waiting.delete(message.ts);
    announce(`${person(message.user).real_name}: ${message.text}`);
  }, SETTLED));
}
