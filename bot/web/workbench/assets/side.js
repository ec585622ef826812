// Two replies side by side: text with what changed marked, cards, what was checked, how long and how fast.
import { changes, difference } from './diff.js';
import { el, icon } from './dom.js';
import { inWords, prose } from './prose.js';
import { counted, has, say, seconds } from './words.js';

const said = ({ text, question }) => (question ? `${text.trim()}\n\n${question}` : text.trim());

// `old` or `now` may be missing while it is still to come.
export function sides(old, now, { waiting = '' } = {}) {
  const pieces = old && now ? difference(said(old), said(now)) : null;
  return el('div', { class: 'sides' },
    side('old', old, pieces || (old && [['same', said(old)]]), 'gone', now, waiting),
    side('now', now, pieces || (now && [['same', said(now)]]), 'new', old, waiting));
}

function side(key, reply, pieces, kind, other, waiting) {
  return el('section', { class: `side is-${key}`, 'aria-label': say(`side_${key}`) },
    el('h4', {}, say(`side_${key}`)),
    reply ? [
      reply.failed && el('p', { class: 'trouble' }, reply.failed),
      el('div', { class: 'said' }, said(reply) ? prose(pieces, kind) : el('p', { class: 'fine' }, say('said_nothing'))),
      cards(reply, other),
      measures(reply),
      checked(reply.checks || []),
    ] : el('p', { class: 'loading' }, waiting));
}

function cards(reply, other) {
  if (!reply.cards?.length) return null;
  const before = new Map((other?.cards || []).map((card) => [card.id, card]));
  return el('ul', { class: 'cards', 'aria-label': counted('cards', reply.cards.length) }, ...reply.cards.map((card) => drawCard(card, other && before.get(card.id), Boolean(other))));
}

function drawCard(card, twin, compared) {
  const reasons = [card.reasons].flat().filter(Boolean);
  const told = new Set([twin?.reasons].flat());
  return el('li', { class: 'card' },
    el('p', { class: 'card-title' }, card.title, yearOf(card), compared && !twin && el('span', { class: 'pill is-draft' }, say('other_card'))),
    ...reasons.map((reason) => el('p', { class: 'reason' }, compared && twin && !told.has(reason) ? el('mark', { class: 'differs' }, reason) : reason)),
    ...(card.unmet || []).map((reason) => el('p', { class: 'unmet' }, reason)));
}

function yearOf(card) {
  const year = card.facets?.year;
  return year ? el('span', { class: 'fine' }, ` (${Math.round(year)})`) : null;
}

function measures(reply) {
  return el('p', { class: 'measures' }, counted('word_count', reply.words ?? 0), ' · ', seconds(reply.milliseconds ?? 0));
}

// What fails is read first; what holds can be unfolded.
function checked(checks) {
  if (!checks.length) return null;
  const failed = checks.filter((one) => !one.ok);
  const fine = checks.filter((one) => one.ok);
  const row = (one) => el('li', { class: one.ok ? 'is-ok' : one.must ? 'is-must' : 'is-not' }, icon(one.ok ? 'yes' : 'no'), el('span', {}, inWords(checkName(one.check)), !one.ok && one.found && `: ${one.found}`));
  return el('div', { class: 'checks' },
    failed.length > 0 && el('ul', { class: 'check-list' }, ...failed.map(row)),
    fine.length > 0 && el('details', {}, el('summary', {}, counted('checks_hold', fine.length)), el('ul', { class: 'check-list' }, ...fine.map(row))));
}

function checkName(check) {
  const key = `check_${check.toLowerCase().replace(/[^a-z]+/g, '_')}`;
  return has(key) ? say(key) : check;
}

// In a sentence: what is different between the two.
export function summary(old, now) {
  const found = [];
  const count = changes(difference(said(old), said(now)));
  const cardsAlike = JSON.stringify((old.cards || []).map((card) => [card.id, card.reasons])) === JSON.stringify((now.cards || []).map((card) => [card.id, card.reasons]));
  if (!count && cardsAlike) return say('no_difference');
  if (count) found.push(say('text_differs'));
  if (!cardsAlike) found.push(say('cards_differ'));
  const shorter = (old.words || 0) - (now.words || 0);
  if (shorter) found.push(shorter > 0 ? counted('shorter', shorter) : counted('longer', -shorter));
  return found.join(' ');
}
