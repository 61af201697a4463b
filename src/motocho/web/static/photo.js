// A look at a photo before it is sent: too dark, blurred, or a light in it. It says so and forbids nothing;
// nothing of the picture leaves the page.
(() => {
  "use strict";
  const WIDE = 800, BLOCK = 16;

  const grey = async (file) => {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, WIDE / picture.width);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(3, Math.round(picture.width * scale));
    canvas.height = Math.max(3, Math.round(picture.height * scale));
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const light = new Float32Array(canvas.width * canvas.height);
    for (let at = 0; at < light.length; at++) light[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
    return { light, wide: canvas.width, high: canvas.height };
  };

  // How much neighbouring points differ: letters have edges, blurred letters have slopes.
  const sharpness = ({ light, wide, high }) => {
    let sum = 0, squares = 0, count = 0;
    for (let y = 1; y < high - 1; y++) for (let x = 1; x < wide - 1; x++) {
      const at = y * wide + x;
      const edge = light[at - 1] + light[at + 1] + light[at - wide] + light[at + wide] - 4 * light[at];
      sum += edge; squares += edge * edge; count++;
    }
    return squares / count - (sum / count) ** 2;
  };

  // Blocks that are wholly white, in a picture that is not.
  const glare = ({ light, wide, high }) => {
    let white = 0, blocks = 0;
    for (let top = 0; top + BLOCK <= high; top += BLOCK) for (let left = 0; left + BLOCK <= wide; left += BLOCK) {
      let least = 255;
      for (let y = top; y < top + BLOCK; y++) for (let x = left; x < left + BLOCK; x++) least = Math.min(least, light[y * wide + x]);
      blocks++; white += least >= 252;
    }
    return blocks ? white / blocks : 0;
  };

  const faults = (picture) => {
    const found = [];
    const mean = picture.light.reduce((sum, one) => sum + one, 0) / picture.light.length;
    if (mean < 70) found.push("dark");
    else if (sharpness(picture) < 40) found.push("blurred");
    const white = glare(picture);
    if (mean < 235 && white > 0.005 && white < 0.5) found.push("glare");
    return found;
  };

  document.querySelectorAll("[data-photo]").forEach((said) => {
    const boxes = document.getElementById(said.dataset.photo).querySelectorAll("input[type=file]");
    boxes.forEach((box) => box.addEventListener("change", async () => {
      said.hidden = true;
      const [file] = box.files;
      if (!file || !/^image\/(jpeg|png)$/.test(file.type)) return;
      let found = [];
      try { found = faults(await grey(file)); } catch { return; }
      said.querySelectorAll("[data-fault]").forEach((line) => { line.hidden = !found.includes(line.dataset.fault); });
      said.hidden = !found.length;
      said.dataset.looked = file.name;
    }));
  });
})();
