// The page: what is spoken now, the five views, and the way between them. The address says which one is seen.
import { makeCases } from './cases.js';
import { byId, el, fill } from './dom.js';
import { makeEditor } from './editor.js';
import { trouble } from './fault.js';
import { makeHistory } from './history.js';
import { makeList } from './list.js';
import { makePublish } from './publish.js';
import { drafts, hear, refresh, shared } from './store.js';
import { makeTry } from './trying.js';
import { ago, counted, say } from './words.js';
import { drawYou } from './you.js';

const VIEWS = ['prompts', 'try', 'cases', 'publish', 'history'];
const listPlace = el('div', { class: 'list' });
const editPlace = el('div', { class: 'editor' });
byId('body-prompts').append(el('div', { class: 'two' }, listPlace, editPlace));

const list = makeList(listPlace);
const editor = makeEditor(editPlace);
const views = { try: makeTry(byId('body-try')), cases: makeCases(byId('body-cases')), publish: makePublish(byId('body-publish')), history: makeHistory(byId('body-history')) };
let seen = '';

// `first`: the page has just come, so the focus stays where the browser puts it.
async function go(first = false) {
  const [view, ...rest] = decodeURIComponent(location.hash.slice(1)).split('/');
  const wanted = VIEWS.includes(view) ? view : 'prompts';
  const name = rest.join('/');
  if (wanted !== 'prompts') await editor.settled();
  for (const one of VIEWS) byId(`view-${one}`).hidden = one !== wanted;
  for (const link of document.querySelectorAll('[data-view]')) {
    if (link.dataset.view === wanted) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  // Back from another view, the prompt that was open is open still.
  document.querySelector('[data-view="prompts"]').setAttribute('href', wanted !== 'prompts' && editor.name ? `#prompts/${editor.name}` : '#prompts');
  document.title = `${say(`view_${wanted}`)} · ${say('title')}`;
  if (wanted === 'prompts') await showPrompt(name, first);
  else {
    if (!first && seen !== wanted) byId(`title-${wanted}`).focus();
    views[wanted].show(rest);
  }
  seen = wanted;
}

async function showPrompt(name, first) {
  byId('view-prompts').classList.toggle('is-open', Boolean(name));
  list.show(name);
  if (name && name !== editor.name) return editor.show(name, { focus: !first });
  if (name && !first) byId('prompt-title')?.focus();
  if (!name) {
    const before = editor.name;
    await editor.leave();
    fill(editPlace, el('div', { class: 'empty' }, el('p', {}, say('choose_prompt'))));
    if (!first) (document.querySelector(`[href="#prompts/${before}"]`) || byId('title-prompts')).focus();
  }
  return null;
}

function spoken() {
  const { spoken: now, trial, problems } = shared.list;
  const live = now.number ? say('now_version', { number: now.number, name: now.author || say('somebody'), when: ago(now.when) }) : say('now_files');
  fill(byId('spoken'),
    el('span', { class: 'pill is-live' }, say('live')), ' ', live, now.why && now.number ? el('q', {}, now.why) : '',
    trial && el('span', { class: 'pill is-trial' }, say('now_trial', { percent: trial.percent, number: trial.number })),
    problems.length > 0 && el('details', { class: 'problems-now' },
      el('summary', {}, el('span', { class: 'pill is-bad' }, counted('now_problems', problems.length))),
      el('ul', { class: 'plain' }, ...problems.map((one) => el('li', {}, one.where && el('strong', {}, one.where, ': '), one.message, one.hint && ` ${one.hint}`)))));
  const count = drafts().filter((draft) => draft.mine).length;
  const badge = document.querySelector('[data-badge="publish"]');
  badge.hidden = !count;
  badge.textContent = counted('badge_drafts', count);
}

hear('list', spoken);
drawYou();
addEventListener('hashchange', () => go());
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault(); // the address says which view is seen, so it does not change here
  byId('main').focus();
});

async function start() {
  try {
    await refresh();
  } catch (fault) {
    fill(byId('spoken'), trouble(fault, start));
    return;
  }
  document.body.dataset.ready = 'true';
  await go(true);
}

start();
