// The prompts in plain words, by what they are for, with what is live and who is at work on what.
import { el, field, fill, tell } from './dom.js';
import { hear, shared } from './store.js';
import { ago, counted, foreign, say } from './words.js';

export function makeList(place) {
  const search = el('input', { type: 'search', id: 'search', autocomplete: 'off', oninput: () => draw(true) });
  const rows = el('nav', { class: 'groups', 'aria-label': say('list') });
  place.append(field(say('search'), search), rows);
  let open = '';

  function draw(telling = false) {
    if (!shared.list) return;
    const wanted = search.value.trim().toLocaleLowerCase();
    const fits = shared.list.prompts.filter((one) => `${one.title} ${one.description} ${one.name}`.toLocaleLowerCase().includes(wanted));
    const held = rows.contains(document.activeElement) ? document.activeElement.getAttribute('href') : '';
    const groups = shared.list.groups.map((group) => [group, fits.filter((one) => one.group === group.name)]).filter(([, found]) => found.length);
    fill(rows, groups.map(([group, found]) => drawGroup(group, found, open)), !groups.length && el('p', { class: 'empty' }, say('nothing_found', { text: search.value.trim() })));
    if (held) rows.querySelector(`[href="${held}"]`)?.focus();
    if (telling) tell(counted('found', fits.length));
  }

  hear('list', () => draw());
  return {
    show(name) {
      open = name;
      draw();
    },
  };
}

function drawGroup(group, found, open) {
  return el('div', { class: 'group' },
    el('h3', {}, group.title),
    el('ul', {}, ...found.map((one) => el('li', {}, drawRow(one, one.name === open)))));
}

function drawRow(prompt, current) {
  return el('a', { class: 'prompt-row', href: `#prompts/${prompt.name}`, 'aria-current': current && 'true' },
    el('span', { class: 'prompt-title', lang: foreign(prompt.title) }, prompt.title),
    ' ',
    el('span', { class: 'prompt-marks' }, ...drafted(prompt), prompt.changed && live(prompt)));
}

function drafted({ drafts }) {
  const own = drafts.some((draft) => draft.mine);
  const others = drafts.filter((draft) => !draft.mine);
  return [
    own && el('span', { class: 'pill is-draft' }, say('your_draft')),
    ...others.map((draft) => el('span', { class: 'pill is-other' }, say('their_draft', { name: draft.holder || say('somebody') }))),
  ].filter(Boolean).map((pill) => [pill, ' ']).flat();
}

export function live({ changed }) {
  if (!changed) return el('span', { class: 'fine' }, say('as_shipped'));
  if (!changed.number) return el('span', { class: 'fine' }, say('changed_file', { when: ago(changed.when) }));
  return el('span', { class: 'fine' }, say('changed_in', { number: changed.number, name: changed.author || say('somebody'), when: ago(changed.when) }));
}
