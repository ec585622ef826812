// The written reply beside its cards: the first paragraph leads, and what a card says already is not said twice.
const AFTER_TITLE = /^[》」*\s]*(?:[（(]\d{4}[）)])?\s*[:：.]?\s*/;

// `{lead, rest}`; a last line that is still being written and looks like an item waits.
function leadAndRest(turn) {
  const text = turn.text.trim();
  if (!turn.items.length) return { lead: '', rest: text };
  const [lead, ...lines] = text.split('\n');
  if (turn.status === 'running' && lines.length && BULLET.test(lines[lines.length - 1])) lines.pop();
  const rest = lines.filter((line) => !turn.items.some((item) => isOnCard(line, item)));
  return { lead, rest: rest.join('\n').trim() };
}

// Whether a line is a list entry about the item whose every sentence stands on its card.
function isOnCard(line, item) {
  const said = line.replace(/\\([\\`*_[\]<>~|])/g, '$1');
  const at = said.indexOf(item.title);
  if (!BULLET.test(line) || !line.includes('**') || at < 0 || said.slice(0, at).replace(/[ \-*《「]/g, '')) return false;
  let left = said.slice(at + item.title.length).replace(AFTER_TITLE, '');
  const sentences = [...item.reasons, ...item.unmet].sort((one, other) => other.length - one.length);
  for (const sentence of sentences) left = left.replace(sentence.split(/\s+/).join(' '), '');
  return !left.trim();
}
