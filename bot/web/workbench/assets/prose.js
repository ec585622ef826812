// Written replies as elements: paragraphs, lists and emphasis, with what changed marked. Everything else stays text.
import { el } from './dom.js';

const MARKS = { '\ue000': 'ins', '\ue001': 'del', '\ue002': '' }; // where a change begins, and where it ends
const OPEN = { new: '\ue000', gone: '\ue001' };
const CLOSE = '\ue002';
const BULLET = /^([\s\ue000-\ue002]*)[-*]\s+/;
const PARTS = /\\([\\`*_[\]<>~|()#.!+-])|(\*\*)|([\ue000-\ue002])/g;

// `pieces` as `difference` makes them; `side` is the one to show: 'gone' (the old), 'new', or 'both'.
export function prose(pieces, side = 'new') {
  const shown = pieces.filter(([kind]) => kind === 'same' || side === 'both' || kind === side);
  const text = shown.map(([kind, part]) => (kind === 'same' ? part : `${OPEN[kind]}${part}${CLOSE}`)).join('');
  return blocks(text);
}

export const plainProse = (text) => prose([['same', text]]);

function blocks(text) {
  const found = [];
  const state = { strong: false, mark: '' };
  for (const line of text.trim().split('\n')) {
    if (!line.replace(/[\s\ue000-\ue002]/g, '')) {
      inline(line, state);
      found.push(null);
      continue;
    }
    const item = BULLET.test(line);
    const children = inline(item ? line.replace(BULLET, '$1') : line, state);
    const last = found.at(-1);
    if (item && last?.tagName === 'UL') last.append(el('li', {}, ...children));
    else found.push(item ? el('ul', {}, el('li', {}, ...children)) : el('p', {}, ...children));
  }
  return found.filter(Boolean);
}

// The words alone, without their marks.
export const plain = (text) => text.replace(/\\([\\`*_[\]<>~|()#.!+-])/g, '$1').replace(/\*\*|`|^\s*[-*]\s+| - (?=\*\*)/gm, ' ').replace(/\s+/g, ' ').trim();

// The server names variables as files do; here they look as in the field. A sentence begins with a large letter.
export const inWords = (text) => text.replace(/\{\{\s*(\w+)\s*\}\}/g, '{$1}').replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());

// The parts of one line; emphasis and marks reach over its end.
function inline(line, state) {
  const found = [];
  const put = (text) => { if (text) found.push(dressed(text, state)); };
  let from = 0;
  for (const hit of line.matchAll(PARTS)) {
    put(line.slice(from, hit.index));
    from = hit.index + hit[0].length;
    if (hit[1]) put(hit[1]);
    else if (hit[2]) state.strong = !state.strong;
    else state.mark = MARKS[hit[3]];
  }
  put(line.slice(from));
  return found;
}

function dressed(text, { strong, mark }) {
  const inner = strong ? el('strong', {}, text) : document.createTextNode(text);
  return mark ? el(mark, {}, inner) : inner;
}
