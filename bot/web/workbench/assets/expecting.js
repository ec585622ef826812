// A turn becomes a test case: with what should have happened, in plain fields.
import { json } from './api.js';
import { el, field, fill, tell } from './dom.js';
import { trouble } from './fault.js';
import { send } from './store.js';
import { counted, say } from './words.js';

const lines = (text) => text.split('\n').map((line) => line.trim()).filter(Boolean);

export function caseForm(turn) {
  const says = el('textarea', { rows: '2' });
  const avoids = el('textarea', { rows: '2' });
  const words = el('input', { type: 'number', min: '0', max: '2000', inputmode: 'numeric' });
  const cites = el('select', {}, el('option', { value: '' }, say('cites_open')), el('option', { value: 'yes' }, say('cites_yes')), el('option', { value: 'no' }, say('cites_no')));
  const note = el('textarea', { rows: '2' });
  const result = el('div', {});
  const form = el('form', { onsubmit: keep },
    field(say('expect_note'), note, say('expect_note_hint')),
    field(say('expect_says'), says, say('one_per_line')),
    field(say('expect_avoids'), avoids, say('one_per_line')),
    el('div', { class: 'row' }, field(say('expect_words'), words), field(say('expect_cites'), cites)),
    el('button', { type: 'submit', class: 'button is-main' }, say('keep_case')),
    result);
  const box = el('details', { class: 'case-form' }, el('summary', {}, say('save_case')), form);

  async function keep(event) {
    event.preventDefault();
    const expect = { says: lines(says.value), avoids: lines(avoids.value), note: note.value.trim() };
    if (Number(words.value) > 0) expect.words = Number(words.value);
    if (cites.value) expect.cites = cites.value === 'yes';
    try {
      await json('POST', '/v1/prompts/cases', { turn: { session: turn.session, turn: turn.turn }, expect });
      fill(box, el('summary', {}, say('save_case')), el('p', { class: 'good' }, say('case_kept'), ' ', el('a', { href: '#cases' }, say('view_cases'))));
      send('cases');
      tell(say('case_kept'));
      box.querySelector('summary').focus();
    } catch (fault) {
      fill(result, trouble(fault));
    }
  }

  return box;
}

// What a case expects, in a few words each.
export function expectation({ says = [], avoids = [], items = [], words = 0, cites = null, language = '', note = '' }) {
  return [
    note,
    ...says.map((text) => say('must_say', { text })),
    ...avoids.map((text) => say('must_not_say', { text })),
    items.length ? counted('must_show', items.length) : '',
    words ? say('at_most', { count: words }) : '',
    cites === null || cites === undefined ? '' : say(cites ? 'cites_yes' : 'cites_no'),
    language ? say('in_language', { language }) : '',
  ].filter(Boolean);
}

