// The widget put together: every part finds the others here.
const NO_SHELF = { noun: '', nouns: '', help_only: false, examples: [], images: [], year: null };
const QUIET_MS = 60; // so that the same sentence twice is heard twice

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

function makeWidget(host, options, emit) {
  speak(options.locale);
  const root = el('div', { class: 'widget', lang: options.locale, 'data-position': options.position });
  const status = el('p', { class: 'sr', role: 'status' });
  const shadow = host.shadowRoot;
  shadow.adoptedStyleSheets = [sheet];
  shadow.replaceChildren(root);
  root.append(status);

  let telling = 0;
  let waiting = [];
  const widget = { host, shadow, root, options, emit, about: NO_SHELF, announce, learn };
  widget.store = makeStore(options);
  widget.api = makeApi(options, widget.store);
  widget.votes = makeVotes(widget);
  widget.composer = makeComposer(widget);
  widget.log = makeLog(widget);
  widget.keeping = makeKeeping(widget);
  widget.menu = makeMenu(widget);
  widget.person = makePerson(widget);
  widget.talk = makeTalk(widget);
  widget.theme = makeTheme(host, root, options);
  widget.panel = makePanel(widget);
  if (widget.store.seen !== undefined && !widget.store.isSigned) queueMicrotask(widget.talk.begin); // they may have been answered

  // Polite sentences, those of one moment together; an empty one clears the way for the next.
  function announce(sentence) {
    clearTimeout(telling);
    if (status.textContent) status.textContent = '';
    waiting = sentence ? [...waiting, sentence] : [];
    telling = setTimeout(() => {
      status.textContent = waiting.join(' ');
      waiting = [];
    }, QUIET_MS);
  }

  // The catalogue's nouns, examples and pictures, once.
  async function learn() {
    if (widget.about !== NO_SHELF) return;
    const asked = new URLSearchParams({ locale: options.locale, ...(options.catalog ? { catalog: options.catalog } : {}) });
    widget.about = await widget.api.json('GET', `v1/widget?${asked}`);
    nouns = { noun: widget.about.noun, nouns: widget.about.nouns };
  }

  function end() {
    widget.talk.stop();
    widget.person.end();
    widget.theme.end();
    widget.panel.end();
  }

  return { ...widget, end };
}
