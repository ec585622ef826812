// Wordings as people write them: `{title}` instead of a template's own marks, which are kept as they stand and put back.
import { difference } from './diff.js';
import { say } from './words.js';

const MARK = /\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}/gs;
const EITHER = /(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})|\{([^{}\n]{1,60})\}/gs;
const COUNT = /\|\s*(length|count)\b/;
const NAME = /^\{\{-?\s*([A-Za-z_]\w*)/;
const STEP = /^\{%-?\s*(\w+)(?:\s+(not)\s)?\s*([A-Za-z_]\w*)?/;
const STEPS = { if: 'token_if', elif: 'token_elif', else: 'token_else', endif: 'token_end', for: 'token_each', endfor: 'token_end', set: 'token_set', include: 'token_part' };

// What one mark is called: `title` for `{{ title | md }}`, "if year" for `{% if year %}`.
function called(mark) {
  const [, name] = mark.match(NAME) || [];
  if (name) return COUNT.test(mark) ? say('token_count', { name }) : name;
  const [, step, not, of] = mark.match(STEP) || [];
  const key = step === 'if' && not ? 'token_if_not' : STEPS[step];
  return key ? say(key, { name: of || '' }).trim() : say('token_other');
}

// The names of every mark in `texts`, one each; a second mark of the same name has its number. `known` are the variables
// that there are; `others` are texts whose marks they are taken from where `texts` have none.
export function makeBook(texts, known, others = []) {
  const names = new Map();
  const marks = new Map();
  const add = (mark) => {
    if (names.has(mark)) return;
    const name = called(mark);
    let free = name;
    for (let count = 2; marks.has(free); count += 1) free = `${name} ${count}`;
    names.set(mark, free);
    marks.set(free, mark);
  };
  texts.flatMap((text) => text.match(MARK) || []).forEach(add);
  for (const { name } of known) {
    if (marks.has(name)) continue;
    const used = others.flatMap((text) => text.match(MARK) || []).find((mark) => mark.match(NAME)?.[1] === name);
    add(used || `{{ ${name} }}`);
  }
  return { names, marks, variables: known };
}

export const shown = (text, book) => text.replace(MARK, (mark) => (book.names.has(mark) ? `{${book.names.get(mark)}}` : mark));

export const written = (text, book) => text.replace(EITHER, (whole, mark, name) => mark || book.marks.get(name.trim()) || whole);

// What two wordings say differently, in the words of the fields.
export function wordingDifference(before, after) {
  const book = makeBook([...before, ...after], []);
  return difference(shown(before.join('\n'), book), shown(after.join('\n'), book));
}

// The text cut into [kind, text]: 'text', 'variable' or 'step'.
export function pieces(text, book) {
  const found = [];
  let from = 0;
  for (const hit of text.matchAll(EITHER)) {
    const mark = hit[1] || book.marks.get(hit[2].trim());
    if (!mark) continue;
    if (hit.index > from) found.push(['text', text.slice(from, hit.index)]);
    found.push([NAME.test(mark) ? 'variable' : 'step', hit[0]]);
    from = hit.index + hit[0].length;
  }
  if (from < text.length) found.push(['text', text.slice(from)]);
  return found;
}

// The variables that a shown text has, by name.
export const variablesIn = (text, book) => new Set(pieces(text, book).filter(([kind]) => kind === 'variable').map(([, token]) => written(token, book).match(NAME)?.[1]));

// The token that holds a place of the text, or that a deletion from there would break: {start, end, text} or null.
export function tokenAt(text, book, { start, end, backwards }) {
  let at = 0;
  for (const [kind, part] of pieces(text, book)) {
    const last = at + part.length;
    if (kind !== 'text') {
      const inside = start > at && start < last;
      const edge = start === end && (backwards === true ? start === last : backwards === false && start === at);
      if (inside || edge) return { start: at, end: last, text: part };
    }
    at = last;
  }
  return null;
}
