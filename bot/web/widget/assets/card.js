// One recommended item: title, facts, the reason, what is met and what is not, why, and the buttons.
const SHORT_FACTS = 4;
const LONGEST_FACT = 44;
const NO_UNIT = /^[\d\s.,:%/+-]+$/;

function drawCard(widget, item, turn) {
  const lang = turn.language || locale;
  const year = yearOf(item, widget);
  const card = el('li', { class: 'card', 'data-id': item.id });
  card.append(...[
    item.label && el('p', { class: 'tag' }, capital(item.label)),
    picture(item, widget),
    heading(item, year, widget, lang),
    facts(item, year),
    ...item.reasons.map((reason) => el('p', { class: 'reason' }, reason)),
    verdict(item, turn),
    why(item, widget, lang),
    drawPresses(widget, item),
  ].filter(Boolean));
  return card;
}

// The year in the words of its fact, which is then not shown twice.
function yearOf(item, widget) {
  const value = item.facets[widget.about.year];
  if (value === undefined || value === null) return '';
  const row = item.facts.find(([, words]) => words.replace(/\D/g, '') === String(value));
  return row ? row[1] : String(value);
}

function heading(item, year, widget, lang) {
  const url = linkable(item.url, widget.options.base);
  const name = el('span', { lang: foreign(item.title, lang) }, item.title);
  const pressed = () => widget.votes.look(item.id);
  return el('h4', { class: 'title' }, url ? link(url, { class: 'title-link', onclick: pressed }, name) : name, year && el('span', { class: 'year' }, ` (${year})`));
}

// The record's own picture, from the server itself or from an origin that its operator allowed.
function picture(item, widget) {
  const url = linkable(item.image, widget.options.base);
  const allowed = [new URL(widget.options.base).origin, ...widget.about.images];
  if (!url || !allowed.includes(url.origin)) return null;
  return el('img', { class: 'picture', src: url.href, alt: told('image_alt', { title: item.title }), loading: 'lazy', referrerpolicy: 'no-referrer' });
}

// The short facts in one row; a label is seen where the value alone would say little, and heard everywhere.
function facts(item, year) {
  const rows = item.facts.filter(([, value]) => value !== year && value.length <= LONGEST_FACT).slice(0, SHORT_FACTS);
  const drawn = rows.map(([label, value]) => el('li', {}, el('span', { class: NO_UNIT.test(value) ? 'fact-label' : 'sr' }, `${label} `), value));
  return rows.length ? el('ul', { class: 'facts', role: 'list' }, ...drawn) : null;
}

function verdict(item, turn) {
  const met = item.evidence.filter(({ kind, constraint }) => kind === 'constraint' && constraint).map(({ constraint }) => labelOf(constraint, turn)).filter(Boolean);
  const rows = item.unmet.map((sentence) => el('li', { class: 'unmet' }, icon('no'), el('span', {}, sentence)));
  if (met.length) rows.unshift(el('li', { class: 'met' }, icon('yes'), el('span', {}, el('strong', {}, told('meets')), ` ${met.join(' · ')}`)));
  return rows.length ? el('ul', { class: 'verdict', role: 'list' }, ...rows) : null;
}

// A condition in the words of its chip, which go by the same key.
function labelOf({ facet, op, value }, turn) {
  const written = [value].flat().map((one) => (Number.isInteger(one) ? `${one}.0` : String(one))).join('|');
  const chip = (turn.chips || []).find(({ key }) => key === `constraint:${facet}:${op}:${written}`);
  return chip && chip.label;
}

function why(item, widget, lang) {
  const opened = (event) => { if (event.target.open) widget.votes.look(item.id); };
  const rows = item.facts.map(([label, value]) => el('div', {}, el('dt', {}, capital(label)), el('dd', {}, value)));
  return el('details', { class: 'why', ontoggle: opened },
    el('summary', {}, told('why'), hidden(` ${item.title}`), icon('fold')),
    el('div', { class: 'why-body' },
      ...item.details.map((sentence) => el('p', {}, sentence)),
      item.description && el('p', { class: 'description', lang: foreign(item.description, lang) }, item.description),
      rows.length && el('dl', { class: 'record', 'aria-label': told('facts') }, ...rows)));
}
