// One prompt: its wordings with protected variables, what they say, and a draft that saves itself.
import { json } from './api.js';
import { button, byId, el, fill, icon, tell } from './dom.js';
import { ask } from './dialog.js';
import { trouble } from './fault.js';
import { live } from './list.js';
import { makePhrases } from './phrases.js';
import { makeSaver } from './saving.js';
import { editor, hear, mine, refresh, shared } from './store.js';
import { askName } from './you.js';
import { ago, foreign, has, languageName, say } from './words.js';

const STATES = ['held', 'waiting', 'saving', 'saved', 'failed', 'taken'];

export function makeEditor(place) {
  let [open, saver, phrases] = [null, null, null];

  addEventListener('pagehide', () => saver?.flush());
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && saver?.flush());

  async function show(name, { language = spokenIn(name), focus = true } = {}) {
    await leave();
    const asked = `${name} ${language}`;
    show.asked = asked;
    fill(place, el('p', { class: 'loading' }, say('loading')));
    try {
      const prompt = await json('GET', `/v1/prompts/${name}?language=${language}&${mine()}`);
      if (show.asked === asked) draw(prompt, focus);
    } catch (fault) {
      if (show.asked === asked) fill(place, trouble(fault, () => show(name, { language })));
    }
  }

  async function leave() {
    if (!saver) return;
    await saver.settled();
    saver.close();
    saver = null;
    open = null;
  }

  function draw(prompt, focus) {
    open = prompt;
    shared.language = prompt.language;
    const held = prompt.draft && !prompt.draft.mine;
    saver = makeSaver(prompt, (state, data) => heard(prompt, state, data));
    saver.start(draftOf(prompt));
    phrases = makePhrases(prompt, { readOnly: held, onchange: (key, texts) => saver.change(key, texts) });
    fill(place, head(prompt), held && heldBy(prompt), moved(prompt), el('div', { id: 'draft-trouble' }), phrases.node, advanced(prompt, phrases.advanced));
    state(held ? 'held' : prompt.draft ? 'saved' : '');
    if (focus) byId('prompt-title').focus();
    if (prompt.draft && !held) saver.save({ save: false });
  }

  function head(prompt) {
    const entry = shared.list?.prompts.find((one) => one.name === prompt.name) || { changed: null };
    return el('div', { class: 'editor-head' },
      el('a', { class: 'quiet back', href: '#prompts' }, icon('left'), say('all_prompts')),
      el('h3', { id: 'prompt-title', tabindex: '-1', lang: foreign(prompt.title) }, prompt.title),
      el('p', { class: 'lead' }, quoted(prompt.description)),
      el('p', { class: 'facts' }, el('span', { class: 'pill is-live' }, say('live')), ' ', live(entry), entry.changed?.why && el('q', {}, entry.changed.why)),
      languages(prompt),
      el('div', { class: 'bar' },
        el('p', { id: 'draft-state', class: 'draft-state' }),
        el('div', { class: 'row' },
          button('quiet', { id: 'discard', onclick: discard, hidden: true }, say('discard')),
          el('a', { class: 'button', href: '#try' }, say('try_it')),
          el('a', { class: 'button', href: '#publish' }, say('to_publish')))));
  }

  function languages(prompt) {
    const there = prompt.languages || [prompt.language];
    return el('div', { class: 'row languages', role: 'group', 'aria-label': say('language') },
      ...there.map((code) => button('segment', { 'aria-pressed': String(code === prompt.language), onclick: () => show(prompt.name, { language: code, focus: false }).then(() => place.querySelector('.languages [aria-pressed="true"]')?.focus()) }, languageName(code))));
  }

  function heldBy(prompt) {
    const name = prompt.draft.holder || say('somebody');
    return el('div', { class: 'banner', role: 'note' },
      el('p', {}, say('held_by', { name, when: ago(prompt.draft.since || prompt.draft.saved) })),
      button('button', { id: 'take-over', onclick: () => takeOver(prompt) }, say('take_over')));
  }

  async function takeOver(prompt) {
    if (!(await askName())) return;
    await saver.takeOver();
    await refresh().catch(() => {});
    await show(prompt.name, { language: prompt.language, focus: false });
    tell(say('taken_over'));
    byId('prompt-title')?.focus();
  }

  function heard(prompt, what, data) {
    if (!open || open !== prompt) return;
    if (what === 'saved') {
      phrases.judged(data);
      fill(byId('draft-trouble'));
      if (!data.saved) return;
      state(data.draft ? 'saved' : '');
      noteDraft(prompt, data.draft);
    } else if (what === 'taken') {
      phrases.freeze();
      state('taken');
      fill(byId('draft-trouble'), lost(prompt, data));
    } else {
      state(what);
      if (what === 'failed') fill(byId('draft-trouble'), trouble(data, () => saver.save()));
    }
  }

  // The list tells of the draft as soon as there is one, and no longer than that.
  function noteDraft(prompt, draft) {
    const entry = shared.list?.prompts.find((one) => one.name === prompt.name);
    const listed = entry?.drafts.some((one) => one.mine && one.language === prompt.language);
    if (entry && listed !== Boolean(draft)) refresh().catch(() => {});
  }

  // Somebody else has the draft now: nothing that was typed here is lost.
  function lost(prompt, fault) {
    const text = phrases.text();
    const name = fault.data.holder || '';
    const kept = el('textarea', { class: 'kept', readonly: true, rows: '5', 'aria-label': say('your_text') });
    kept.value = text;
    const told = name ? say('taken_by', { name }) : fault.message;
    tell(told);
    return el('div', { class: 'banner is-bad' },
      el('p', {}, told),
      el('p', {}, say('kept_here')),
      kept,
      el('div', { class: 'row' },
        button('button', { onclick: () => copy(kept) }, say('copy')),
        button('button', { onclick: () => show(prompt.name, { language: prompt.language }) }, say('look_at_theirs')),
        button('button', { onclick: () => takeOver(prompt) }, say('take_over'))));
  }

  async function discard() {
    const prompt = open;
    if (!prompt || !(await ask({ title: say('discard'), text: say('discard_sure'), yes: say('discard'), danger: true }))) return;
    await saver.settled();
    try {
      await json('DELETE', `/v1/prompts/${prompt.name}/draft?language=${prompt.language}`, { editor: editor() });
      await refresh();
      await show(prompt.name, { language: prompt.language });
      tell(say('discarded'));
    } catch (fault) {
      fill(byId('draft-trouble'), trouble(fault));
    }
  }

  function state(what) {
    const line = byId('draft-state');
    if (!line) return;
    const key = STATES.includes(what) ? `state_${what}` : 'state_none';
    line.dataset.state = what || 'none';
    line.textContent = say(key);
    byId('discard').hidden = !['waiting', 'saving', 'saved', 'failed'].includes(what);
  }

  hear('published', () => open && show(open.name, { language: open.language, focus: false }));
  return { show, settled: () => (saver ? saver.settled() : null), get name() { return open?.name || ''; }, leave };
}

async function copy(area) {
  area.select();
  try {
    await navigator.clipboard.writeText(area.value);
  } catch {
    document.execCommand('copy');
  }
  tell(say('copied'));
}

// The language to open a prompt in: the one looked at last, where it speaks that.
function spokenIn(name) {
  const there = shared.list?.prompts.find((one) => one.name === name)?.languages || [];
  return there.includes(shared.language) ? shared.language : there[0] || 'en';
}

// What a description sets in backticks is the name of something.
const quoted = (text) => text.split('`').map((part, at) => (at % 2 ? el('code', {}, part) : part));

// Somebody published other words for what this draft changes.
const moved = (prompt) => prompt.draft?.moved?.length > 0 && el('div', { class: 'banner', role: 'note' }, el('p', {}, say('moved')));

const draftOf = (prompt) => Object.fromEntries(prompt.phrases.filter((phrase) => phrase.draft).map((phrase) => [phrase.key, phrase.draft]));

// What only few need: the names in the files, what a model is asked with, what is checked.
function advanced(prompt, phrases) {
  const rows = [[say('advanced_file'), `${prompt.name}${prompt.language === 'en' ? '' : `.${prompt.language}`}.md`], ...facts(prompt.checks), ...facts(prompt.advanced)];
  return el('details', { class: 'advanced' },
    el('summary', {}, say('advanced')),
    el('dl', {}, ...rows.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value)))),
    phrases);
}

function facts(table) {
  return Object.entries(table || {}).filter(([, value]) => value !== null && value !== '' && !(typeof value === 'object' && !Object.keys(value).length))
    .map(([name, value]) => [has(`advanced_${name}`) ? say(`advanced_${name}`) : name.replaceAll('_', ' '), typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value)]);
}
