// A text area with a coloured layer behind it: the browser's own editing, input methods and screen readers, and tokens
// that go and come as a whole.
import { el, tell } from './dom.js';
import { pieces, tokenAt } from './tokens.js';
import { say } from './words.js';

const DELETING = { deleteContentBackward: true, deleteContentForward: false, deleteWordBackward: true, deleteWordForward: false };

export function tokenField({ text, book, label, lang, readOnly, onchange }) {
  const layer = el('div', { class: 'layer', 'aria-hidden': 'true' });
  const area = el('textarea', { class: 'area', 'aria-label': label, lang, spellcheck: 'true', rows: '1', readonly: readOnly });
  area.value = text;

  function paint() {
    const parts = pieces(area.value, book).map(([kind, part]) => (kind === 'text' ? document.createTextNode(part) : el('mark', { class: `token is-${kind}` }, part)));
    layer.replaceChildren(...parts, document.createTextNode('\u200b'));
  }

  function changed() {
    paint();
    onchange(area.value);
  }

  // A token is taken whole: what would leave half of one takes all of it, and says so.
  function guard(event) {
    if (event.isComposing) return;
    const { selectionStart: start, selectionEnd: end, value } = area;
    const backwards = DELETING[event.inputType];
    if (backwards !== undefined && start === end) {
      const token = tokenAt(value, book, { start, end, backwards });
      if (!token) return;
      event.preventDefault();
      area.setSelectionRange(token.start, token.end);
      replaceSelection(area, '');
      tell(say('token_removed', { name: token.text.slice(1, -1) }));
    } else {
      leaveTokens();
    }
  }

  // A selection that cuts a token is widened to it; a caret within one goes behind it.
  function leaveTokens() {
    const { selectionStart: start, selectionEnd: end, value } = area;
    const first = tokenAt(value, book, { start, end: -1 });
    const last = tokenAt(value, book, { start: end, end: -1 });
    if (start === end && first) area.setSelectionRange(first.end, first.end);
    else if (first || last) area.setSelectionRange(first ? first.start : start, last ? last.end : end);
  }

  // The caret steps over a token as over one letter.
  function step(event) {
    const left = event.key === 'ArrowLeft';
    if ((!left && event.key !== 'ArrowRight') || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const { selectionStart: start, selectionEnd: end, value } = area;
    const token = start === end && tokenAt(value, book, { start, end, backwards: left });
    if (!token) return;
    event.preventDefault();
    const place = left ? token.start : token.end;
    area.setSelectionRange(place, place);
  }

  area.addEventListener('beforeinput', guard);
  area.addEventListener('compositionstart', leaveTokens);
  area.addEventListener('keydown', step);
  area.addEventListener('input', changed);
  paint();

  return {
    node: el('div', { class: 'token-field' }, layer, area),
    area,
    set(value) {
      area.value = value;
      paint();
    },
    insert(token) {
      area.focus();
      leaveTokens();
      replaceSelection(area, token);
    },
  };
}

// As if typed, so that the browser's undo takes it back.
function replaceSelection(area, text) {
  const done = document.execCommand(text ? 'insertText' : 'delete', false, text);
  if (done) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
  area.dispatchEvent(new Event('input', { bubbles: true }));
}
