// Live figures of a version: a share with its interval and how many it is taken of; too few are called so.
import { el } from './dom.js';
import { counted, figure, percent, say } from './words.js';

const SHARES = [['likes', 'liked'], ['dislikes', 'disliked'], ['resolved', 'resolved'], ['handed_over', 'handed_over']];

export function drawFigures(figures) {
  if (!figures || !figures.turns) return el('p', { class: 'fine figures-none' }, say('no_figures'));
  return el('div', { class: 'figures' },
    el('p', { class: 'fine' }, counted('turns', figures.turns)),
    el('dl', {}, ...SHARES.map(([name, key]) => row(name, figures[key]))));
}

function row(name, { value: share, of: n, low, high, few }) {
  const known = share !== null && share !== undefined;
  return el('div', { class: 'figure' },
    el('dt', {}, say(`figure_${name}`)),
    el('dd', {},
      el('span', { class: 'figure-share' }, known ? percent(share) : say('none_yet')),
      known && bar(share, low, high),
      el('span', { class: 'fine' }, known ? say('interval', { low: percent(low), high: percent(high), n: figure(n) }) : '', few ? ` ${say('too_few')}` : '')));
}

// The interval as a band from nothing to all, the share as a stroke in it. Its figures stand beside it in words.
function bar(share, low, high) {
  const band = el('span', { class: 'band' });
  const point = el('span', { class: 'point' });
  band.style.setProperty('left', `${low * 100}%`);
  band.style.setProperty('width', `${Math.max(1, (high - low) * 100)}%`);
  point.style.setProperty('left', `${share * 100}%`);
  return el('span', { class: 'meter', 'aria-hidden': 'true' }, band, point);
}
