// What is wrong with how the messages look, for `page.evaluate`: an object of functions.
({
  // What sticks out of its message; code and tables scroll within themselves.
  sticking() {
    const within = (each) => each.closest("pre, .table");
    return [...document.querySelectorAll("#messages .message")].flatMap((message) => {
      const edge = message.getBoundingClientRect().right;
      return [...message.querySelectorAll(".body *")]
        .filter((each) => !within(each) || within(each) === each)
        .filter((each) => each.getBoundingClientRect().right > edge + 1)
        .map((each) => each.outerHTML.slice(0, 200));
    });
  },

  // Text that is too close to the colour below it (WCAG 2.2, level AA).
  pale() {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const read = (color) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const over = ([r, g, b, a], below) =>
      [r, g, b].map((part, n) => (part * a + below[n] * (255 - a)) / 255);
    const ground = (node) => {
      if (!node) return [255, 255, 255];
      const color = read(getComputedStyle(node).backgroundColor);
      return color[3] === 255 ? color : over(color, ground(node.parentElement));
    };
    const light = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const luminance = (color) => {
      const [r, g, b] = color.slice(0, 3).map((part) => light(part / 255));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (node) => {
      const below = ground(node);
      const color = over(read(getComputedStyle(node).color), below);
      const pair = [luminance(color), luminance(below)];
      return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    };
    const found = new Map();
    const texts = document.createTreeWalker(document.querySelector("#messages"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const node = texts.currentNode.parentElement;
      const legible = texts.currentNode.data.trim() && node.checkVisibility() && !node.closest("[aria-hidden], .emoji");
      if (legible && contrast(node) < 4.5) found.set(node.outerHTML.slice(0, 120), contrast(node));
    }
    return [...found];
  },
})
