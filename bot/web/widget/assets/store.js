// What the browser keeps for this visit, by server and catalogue: the session's id, what was not sent yet, and while
// a person is awaited the number of their latest message that was seen.
// The storage is the page's own, so nothing else goes there; where there is none, this page load remembers.
function makeStore(options) {
  const name = `shelftalk:${options.base}:${options.catalog}`;
  let kept = read();

  function read() {
    try {
      const { session, draft, seen, signed } = JSON.parse(sessionStorage.getItem(name)) || {};
      return { session: String(session || ''), draft: String(draft || ''), seen: Number.isInteger(seen) ? seen : undefined, signed: signed === true || undefined };
    } catch {
      return { session: '', draft: '' };
    }
  }

  function keep(changes) {
    kept = { ...kept, ...changes };
    try {
      if (kept.session || kept.draft) sessionStorage.setItem(name, JSON.stringify(kept));
      else sessionStorage.removeItem(name);
    } catch { /* a page without storage: this page load remembers */ }
  }

  return {
    get session() { return kept.session; },
    set session(session) { keep({ session }); },
    get draft() { return kept.draft; },
    set draft(draft) { keep({ draft }); },
    get seen() { return kept.seen; },
    get isSigned() { return kept.signed === true; },
    see: (seen, signed) => keep({ seen, signed: (seen !== undefined && signed) || undefined }), // undefined: nobody is awaited
  };
}
