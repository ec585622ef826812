// What two texts say differently, word by word, and character by character where there are no spaces.
const WORD = /[\u3400-\u9fff]|\s+|\*\*|[\p{L}\p{N}'’_-]+?(?=[^\p{L}\p{N}'’_-]|[\u3400-\u9fff]|$)|[^]/gu;
const MOST = 1500;

// [['same' | 'gone' | 'new', text]..]
export function difference(before, after) {
  if (before === after) return before ? [['same', before]] : [];
  const [a, b] = [before.match(WORD) || [], after.match(WORD) || []];
  if (a.length > MOST || b.length > MOST) return [['gone', before], ['new', after]];
  return joined(walk(a, b, lengths(a, b)));
}

// The length of the longest common part of what follows each pair of places.
function lengths(a, b) {
  const found = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      found[i][j] = a[i] === b[j] ? found[i + 1][j + 1] + 1 : Math.max(found[i + 1][j], found[i][j + 1]);
    }
  }
  return found;
}

function walk(a, b, common) {
  const found = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      found.push(['same', a[i]]);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      found.push(['gone', a[i]]);
      i += 1;
    } else {
      found.push(['new', b[j]]);
      j += 1;
    }
  }
  return found;
}

// Neighbours of one kind as one; a lone space between two changes belongs to them.
function joined(pieces) {
  const found = [];
  let [gone, fresh] = ['', ''];
  const close = () => {
    if (gone) found.push(['gone', gone]);
    if (fresh) found.push(['new', fresh]);
    [gone, fresh] = ['', ''];
  };
  pieces.forEach(([kind, text], at) => {
    const within = kind === 'same' && /^[^\S\n]+$/.test(text) && (gone || fresh) && at + 1 < pieces.length && pieces[at + 1][0] !== 'same';
    if (kind !== 'new' && (kind === 'gone' || within)) gone += text;
    if (kind !== 'gone' && (kind === 'new' || within)) fresh += text;
    if (kind !== 'same' || within) return;
    close();
    const last = found.at(-1);
    if (last && last[0] === 'same') last[1] += text;
    else found.push(['same', text]);
  });
  close();
  return found;
}

export const changes = (pieces) => pieces.filter(([kind]) => kind !== 'same').length;
