// Elements from values: text only ever becomes text, and an address is a link only where its scheme is harmless.
const SVG = 'http://www.w3.org/2000/svg';
const LINKS = ['http:', 'https:', 'mailto:'];

// el('p', { class: 'x', onclick: work }, 'text', child): what is nothing is left out.
function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children.flat().filter(Boolean));
  return made;
}

function icon(name) {
  const drawing = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'path');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('class', `icon icon-${name}`);
  drawing.setAttribute('aria-hidden', 'true');
  line.setAttribute('d', ICONS[name]);
  drawing.append(line);
  return drawing;
}

const hidden = (text) => el('span', { class: 'sr' }, text);

const button = (kind, attributes, ...children) => el('button', { type: 'button', class: kind, ...attributes }, ...children);

// The address in full where it may be a link, else nothing.
function linkable(address, base) {
  try {
    const url = new URL(address, base);
    return address && LINKS.includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

// A link that leaves the page as it is; one within the page's own site goes there as any link of the site would.
function link(url, attributes, ...children) {
  const away = url.origin !== location.origin;
  return el('a', { href: url.href, rel: 'noopener', target: away && '_blank', ...attributes }, ...children, away && hidden(` ${told('new_tab')}`));
}

// A row of places, each drawn again only when what it shows changed: a press, a focus and an open detail survive.
function places(root, names) {
  const held = new Map(names.map((name) => [name, { node: el('div', { class: `at-${name}` }), shown: '' }]));
  root.append(...Array.from(held.values(), (place) => place.node));
  return (name, shown, draw) => {
    const place = held.get(name);
    const key = JSON.stringify(shown);
    if (place.shown === key) return;
    place.shown = key;
    place.node.replaceChildren(...[draw()].flat().filter(Boolean));
  };
}

const CHINESE = /[\u3400-\u9fff]/;

// The language of a text of the catalogue, where its script says that it is not the one around it.
function foreign(text, around) {
  const chinese = CHINESE.test(text);
  return chinese === around.startsWith('zh') ? null : chinese ? 'zh' : 'en';
}
