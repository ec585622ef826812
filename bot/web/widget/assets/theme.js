// Light or dark, and the page's own accent colour made readable on both.
const LIGHT = { surface: [255, 253, 248], ink: [35, 29, 22] };
const DARK = { surface: [31, 27, 21], ink: [243, 237, 226] };
const READABLE = 4.5; // WCAG 1.4.3
const WHITE = [255, 255, 255];
const BLACK = [20, 18, 14];

const luminance = (colour) => {
  const [red, green, blue] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const mixed = (from, to, share) => from.map((part, at) => Math.round(part + (to[at] - part) * share));

const css = (colour) => `rgb(${colour.join(' ')})`;

// Any CSS colour as three bytes; null for what is none.
function bytes(colour) {
  if (!CSS.supports('color', colour)) return null;
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  return Array.from(pen.getImageData(0, 0, 1, 1).data.slice(0, 3));
}

// The accent and what goes with it: as near to `wanted` as stays readable on the ground.
function accents(wanted, { surface, ink }) {
  const soft = mixed(surface, wanted, 0.14);
  let accent = ink;
  for (let share = 0; share < 1; share += 0.05) {
    accent = mixed(wanted, ink, share);
    if (contrast(accent, soft) >= READABLE && contrast(accent, surface) >= READABLE) break;
  }
  const on = contrast(WHITE, accent) >= READABLE ? WHITE : BLACK;
  return { accent, 'accent-soft': soft, 'accent-strong': mixed(accent, on === WHITE ? BLACK : WHITE, 0.22), 'on-accent': on };
}

function makeTheme(host, root, options) {
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');

  function paint() {
    const chosen = host.dataset.theme || options.theme;
    const dark = chosen === 'dark' || (chosen !== 'light' && prefersDark.matches);
    root.dataset.theme = dark ? 'dark' : 'light';
    const wanted = bytes(options.accent || getComputedStyle(host).getPropertyValue('--shelftalk-accent').trim());
    const made = wanted ? accents(wanted, dark ? DARK : LIGHT) : {};
    for (const name of ['accent', 'accent-soft', 'accent-strong', 'on-accent']) {
      if (made[name]) root.style.setProperty(`--st-${name}`, css(made[name]));
      else root.style.removeProperty(`--st-${name}`);
    }
  }

  prefersDark.addEventListener('change', paint);
  paint();
  return { paint, end: () => prefersDark.removeEventListener('change', paint) };
}
