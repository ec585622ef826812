// Elements, drawings and the one line that a screen reader hears. Texts become text nodes, never markup.
const SVG = 'http://www.w3.org/2000/svg';
const ICONS = {
  yes: 'M5 12.500l4.5 4.500L19 7.5',
  no: 'M12 4 2.5 20h19zM12 10v4.500M12 17.300v.01',
  stop: 'M7 7h10v10H7z',
  plus: 'M12 5v14M5 12h14',
  back: 'M9 7 4 12l5 5M4 12h11a5 5 0 0 1 0 10',
  left: 'M15 6l-6 6 6 6',
  up: 'M7 21V10l4-7c1.700 0 2.500 1 2.500 2.500L13 9h5.500c1.300 0 2.200 1.200 1.900 2.500l-1.700 7.300C18.400 20.200 17.300 21 16 21H7zM7 10H3.500v11H7',
  down: 'M17 3v11l-4 7c-1.700 0-2.500-1-2.500-2.500L11 15H5.500c-1.300 0-2.200-1.200-1.900-2.500l1.700-7.300C5.600 3.800 6.700 3 8 3h9zM17 14h3.500V3H17',
  live: 'M12 8.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7z',
};

// el('p', { class: 'x', onclick: work }, 'text', child): what is nothing is left out.
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return made;
}

export function icon(name) {
  const drawing = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'path');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('class', `icon icon-${name}`);
  drawing.setAttribute('aria-hidden', 'true');
  line.setAttribute('d', ICONS[name]);
  drawing.append(line);
  return drawing;
}

export const byId = (id) => document.getElementById(id);

export const button = (kind, attributes, ...children) => el('button', { type: 'button', class: kind, ...attributes }, ...children);

export const hidden = (text) => el('span', { class: 'sr' }, text);

export const fill = (place, ...children) => place.replaceChildren(...children.flat(Infinity).filter(Boolean));

// A labelled field; `hint` is told with it.
export function field(label, input, hint = '') {
  const id = input.id || `field-${field.number += 1}`;
  input.id = id;
  if (hint) input.setAttribute('aria-describedby', `${id}-hint`);
  return el('div', { class: 'field' }, el('label', { for: id }, label), input, hint && el('p', { class: 'hint', id: `${id}-hint` }, hint));
}
field.number = 0;

let telling = 0;

// Told politely; the same sentence twice is told twice.
export function tell(text) {
  clearTimeout(telling);
  byId('told').textContent = '';
  telling = setTimeout(() => { byId('told').textContent = text; }, 60);
}

// What is empty, and what to do about it.
export const empty = (text, ...actions) => el('div', { class: 'empty' }, el('p', {}, text), actions.length > 0 && el('div', { class: 'row' }, ...actions));
