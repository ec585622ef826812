// The sources of an answer, or the sections nearest to a question without one: each opens to its quote.
function drawSources(widget, turn) {
  const cited = turn.citations.map((citation, at) => source(widget, citation, at + 1));
  const near = cited.length ? [] : turn.nearest.map((citation) => source(widget, citation, 0));
  const rows = [...cited, ...near];
  if (!rows.length) return null;
  return [el('h4', { class: 'small-title' }, told(cited.length ? 'sources' : 'nearest_pages')), el('ol', { class: 'sources', role: 'list' }, ...rows.map((row) => el('li', {}, row)))];
}

function source(widget, citation, number) {
  const name = citation.title + (citation.heading && citation.heading !== citation.title ? ` · ${citation.heading}` : '');
  const url = linkable(citation.url, widget.options.base);
  const mark = number ? el('span', { class: 'number' }, String(number)) : null;
  if (!citation.quote) return el('p', { class: 'source-line' }, url ? link(url, {}, name) : name);
  return el('details', { class: 'source', 'data-source': number || null },
    el('summary', {}, mark, el('span', { class: 'source-name' }, name), icon('fold')),
    el('blockquote', { lang: foreign(citation.quote, locale) }, el('mark', {}, citation.quote)),
    url && link(url, { class: 'source-link' }, told('open_source')));
}

// A reference within the text: opens its source and goes there.
function reference(number, turn, pair) {
  if (number < 1 || number > turn.citations.length) return null;
  const open = () => {
    const found = pair.querySelector(`[data-source="${number}"]`);
    if (!found) return;
    found.open = true;
    found.querySelector('summary').focus();
    found.scrollIntoView({ block: 'nearest' });
  };
  return button('ref', { 'aria-label': told('source', { number }), onclick: open }, `[${number}]`);
}
