// Written replies as elements: paragraphs, lists, emphasis, code and references. Everything else stays text.
const INLINE = /\\([\\`*_[\]<>~|])|\*\*(.+?)\*\*|\*([^\s*](?:.*?[^\s*])?)\*|`([^`]+)`|\[(\d{1,2})\]/g;
const REFERENCE = /^[A-Z]-[0-9A-F]+$/; // of a hand-over: read aloud to somebody, so not broken
const BULLET = /^\s*[-*]\s+/;
const NUMBERED = /^\s*\d{1,3}[.)]\s+/;

// `refer(number)` returns the element of a reference `[number]`, or nothing where there is no such source.
function prose(text, refer = () => null) {
  return blocks(text).map(({ kind, lines }) => {
    if (kind === 'p') return el('p', {}, lines.flatMap((line, at) => [at ? el('br') : null, ...inline(line, refer)]));
    return el(kind, {}, ...lines.map((line) => el('li', {}, ...inline(line, refer))));
  });
}

// Runs of lines of one kind: `{kind: 'p' | 'ul' | 'ol', lines}`; an empty line ends a run.
function blocks(text) {
  const found = [];
  for (const line of text.trim().split('\n')) {
    const kind = !line.trim() ? '' : BULLET.test(line) ? 'ul' : NUMBERED.test(line) ? 'ol' : 'p';
    const last = found[found.length - 1];
    if (last && last.kind === kind) last.lines.push(bare(line, kind));
    else found.push({ kind, lines: [bare(line, kind)] });
  }
  return found.filter(({ kind }) => kind);
}

const bare = (line, kind) => line.replace(kind === 'ul' ? BULLET : kind === 'ol' ? NUMBERED : /^\s+/, '');

function inline(text, refer) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, escaped, strong, emphasis, code, number] = found;
    const reference = number && refer(Number(number));
    if (number && !reference) continue;
    parts.push(text.slice(from, found.index));
    from = found.index + whole.length;
    if (escaped) parts.push(escaped);
    else if (code) parts.push(el('code', {}, code));
    else if (reference) parts.push(reference);
    else parts.push(el(strong ? 'strong' : 'em', REFERENCE.test(strong) ? { class: 'whole' } : {}, ...inline(strong || emphasis, refer)));
  }
  return [...parts, text.slice(from)].filter((part) => part !== '');
}

// The text alone, as it is read aloud.
const plain = (text) => text.replace(/\[\d{1,2}\]/g, '').replace(/\\([\\`*_[\]<>~|])/g, '$1').replace(/\*\*|`|^\s*[-*]\s+/gm, '').replace(/\s+/g, ' ').trim();
