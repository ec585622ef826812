// Publish: what would change, one sentence on what and why, and what has to be mended first.
import { json, stream } from './api.js';
import { button, el, empty, field, fill, tell } from './dom.js';
import { ask } from './dialog.js';
import { trouble } from './fault.js';
import { inWords, prose } from './prose.js';
import { drafts, editor, mine, refresh, send, shared, titleOf } from './store.js';
import { wordingDifference } from './tokens.js';
import { drawTrial } from './trial.js';
import { askName } from './you.js';
import { ago, languageName, say } from './words.js';

export function makePublish(place) {
  const notice = el('div', { id: 'publish-notice' });
  const waiting = el('div', { id: 'publish-drafts' });
  const after = el('div', { class: 'after' });
  place.append(notice, waiting, after);
  let busy = null;

  async function show() {
    fill(notice);
    fill(waiting, el('p', { class: 'loading' }, say('loading')));
    fill(after);
    try {
      await refresh();
      draw();
    } catch (fault) {
      fill(waiting);
      fill(notice, trouble(fault, show));
    }
  }

  function draw() {
    const all = drafts();
    const [own, theirs] = [all.filter((draft) => draft.mine), all.filter((draft) => !draft.mine)];
    fill(waiting,
      shared.list.spoken.follows === false && el('p', { class: 'banner' }, say('not_followed')),
      own.length ? form(own) : empty(say('nothing_to_publish'), el('a', { class: 'button', href: '#prompts' }, say('all_prompts'))),
      theirs.length > 0 && el('div', {}, el('h3', {}, say('others_work')), el('ul', { class: 'plain' }, ...theirs.map((draft) => el('li', {}, say('their_draft_of', { name: draft.holder || say('somebody'), title: draft.prompt.title, when: ago(draft.saved) }))))));
    fill(after, takeBack(), drawTrial(show));
  }

  function form(own) {
    const why = el('input', { type: 'text', id: 'why', required: true, maxlength: '200', autocomplete: 'off', 'aria-describedby': 'why-hint' });
    const chosen = own.map((draft) => [draft, el('input', { type: 'checkbox', checked: true })]);
    const submit = el('button', { type: 'submit', class: 'button is-main', id: 'publish' }, say('publish'));
    const line = el('p', { class: 'fine', id: 'publish-progress' });

    async function publish(event) {
      event.preventDefault();
      if (busy || !why.value.trim() || !(await askName())) return why.value.trim() ? null : why.focus();
      const files = chosen.filter(([, box]) => box.checked).map(([draft]) => ({ name: draft.prompt.name, language: draft.language }));
      busy = new AbortController();
      submit.disabled = true;
      fill(notice);
      tell(say('checking'));
      line.textContent = say('checking');
      try {
        await stream('/v1/prompts/publish', { why: why.value.trim(), editor: editor(), files, expected: shared.list.spoken.id || '' }, heard, busy.signal);
      } catch (fault) {
        fill(notice, trouble(fault));
        notice.querySelector('.trouble').setAttribute('tabindex', '-1');
        notice.querySelector('.trouble').focus();
      }
      busy = null;
      if (submit.isConnected) submit.disabled = false;
      line.textContent = '';
      return null;
    }

    function heard(name, data) {
      if (name === 'progress') line.textContent = say('check_progress', { done: data.done, of: data.of });
      if (name === 'blocked') blocked(data.problems || []);
      if (name === 'published') published(data);
    }

    return el('form', { class: 'publish-form', onsubmit: publish },
      el('h3', {}, say('your_drafts')),
      el('ul', { class: 'plain drafts' }, ...chosen.map(([draft, box]) => drawDraft(draft, box))),
      field(say('what_and_why'), why, say('why_hint')),
      el('div', { class: 'row' }, submit, el('a', { class: 'button', href: '#cases' }, say('run_first'))),
      line);
  }

  function drawDraft(draft, box) {
    const body = el('div', { class: 'changes' });
    const open = async (event) => { if (event.target.open && !body.childNodes.length) fill(body, await changesOf(draft)); };
    const name = `${draft.prompt.title} (${languageName(draft.language)})`;
    return el('li', { class: 'draft' },
      el('label', { class: 'check' }, box, el('span', {}, name)),
      el('details', { ontoggle: open }, el('summary', {}, say('what_changed'), el('span', { class: 'sr' }, ` ${name}`)), body));
  }

  function blocked(problems) {
    const list = el('div', { class: 'trouble is-list', tabindex: '-1' },
      el('div', {},
        el('h3', {}, say('blocked')),
        el('ul', {}, ...problems.map((one) => {
          const [prompt] = (one.name || one.where || '').match(/[a-z_]+\/[a-z_]+/) || [];
          return el('li', {}, prompt ? el('a', { href: `#prompts/${prompt}` }, titleOf(prompt)) : one.where, ': ', inWords(one.message), one.hint && ` ${inWords(one.hint)}`);
        }))));
    fill(notice, list);
    list.focus();
  }

  async function published(data) {
    await refresh();
    send('published', data);
    draw();
    const told = say('published', { number: data.number });
    const done = el('div', { class: 'good', tabindex: '-1' },
      el('h3', {}, told),
      el('p', {}, say('published_text')),
      (data.doubts || []).length > 0 && el('div', {}, el('p', { class: 'small-title' }, say('doubts')), el('ul', { class: 'plain' }, ...data.doubts.map((one) => el('li', {}, `${one.where}: ${inWords(one.message)}`)))),
      el('div', { class: 'row' }, el('a', { class: 'button', href: `${document.body.dataset.root}/`, target: '_blank', rel: 'noopener' }, say('open_chat')), el('a', { class: 'button', href: '#history' }, say('view_history'))));
    fill(notice, done);
    done.focus();
    tell(told);
  }

  // One click, and a confirmation that says what will be heard again.
  function takeBack() {
    if (!shared.list.spoken.number || shared.list.spoken.number === 1) return null;
    return el('div', { class: 'take-back' }, el('h3', {}, say('roll_back')), el('p', {}, say('roll_back_text')), button('button', { id: 'roll-back', onclick: () => rollBack(null, show, notice) }, say('roll_back')));
  }

  return { show };
}

// Back to the version before, or to the one given. Asks first, and for a reason.
export async function rollBack(to, done, notice) {
  const why = el('input', { type: 'text', maxlength: '200', required: true, value: say('roll_back_why') });
  const sure = await ask({ title: to ? say('roll_back_to', { number: to }) : say('roll_back'), text: say('roll_back_sure'), yes: say('roll_back'), danger: true, children: [field(say('what_and_why'), why)] });
  if (!sure || !(await askName())) return;
  try {
    const told = await json('POST', '/v1/prompts/rollback', { why: why.value.trim(), editor: editor(), ...(to ? { to } : {}) });
    await refresh();
    send('published', told);
    await done();
    const text = say('rolled_back', { number: told.number ?? shared.list.spoken.number ?? '' });
    const line = el('p', { class: 'good', tabindex: '-1' }, text);
    fill(notice, line);
    line.focus();
    tell(text);
  } catch (fault) {
    fill(notice, trouble(fault));
  }
}

// The changed phrases of a draft, word by word.
async function changesOf(draft) {
  try {
    const prompt = await json('GET', `/v1/prompts/${draft.prompt.name}?language=${draft.language}&${mine()}`);
    return prompt.phrases.filter((phrase) => phrase.draft).map((phrase) => el('div', { class: 'said' }, prose(wordingDifference(phrase.live, phrase.draft), 'both')));
  } catch (fault) {
    return trouble(fault);
  }
}
