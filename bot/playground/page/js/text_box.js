// A box that people write in: it grows with its text, and completes names after an @.

import { drawAvatar } from "./avatars.js";
import { $ } from "./dom.js";
import { state } from "./state.js";

// Whoever extends it says in submit() what Enter does.
export class TextBox {
  constructor(form, id, listId) {
    this.form = form;
    this.form.append($("text-box-template").content.cloneNode(true));
    this.box = this.form.querySelector("textarea");
    this.list = this.form.querySelector(".mentions");
    this.box.id = id;
    this.list.id = listId;
    this.box.setAttribute("aria-controls", this.list.id);
    this.chosen = 0;
    this.box.addEventListener("input", () => this.typed());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
  }

  write(text) {
    this.box.value = text;
    this.box.focus();
    this.box.setSelectionRange(text.length, text.length);
    this.typed();
    this.close();
  }

  typed() {
    this.grow();
    this.suggest();
  }

  grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, innerHeight * 0.4)}px`;
    this.form.classList.toggle("ready", Boolean(this.box.value.trim()));
  }

  // While a Japanese word is being composed, Enter and the arrows belong to the input method.
  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const act = this.keys()[event.key];
    if (act) { event.preventDefault(); event.stopPropagation(); act(); }
    else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.submit(); }
  }

  // What keys do besides writing.
  keys() {
    return this.list.hidden ? {} : {
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
