// Short ways to find and to make elements.

export const $ = (id) => document.getElementById(id);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const made = (tag, properties) => Object.assign(document.createElement(tag), properties);
