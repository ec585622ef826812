// The one name that the page sees, `Shelftalk`, and the element that holds everything else.
const TAG = 'shelftalk-widget';
const AGAIN = Symbol.for('shelftalk.again'); // how a second copy of this script finds the first
const EVENTS = ['open', 'close', 'message', 'reply', 'feedback', 'handover', 'error', 'unauthorized'];

function start(options) {
  const listeners = new Map(EVENTS.map((name) => [name, new Set()]));
  let chosen = options;
  let token = '';
  let widget = null;

  function emit(name, detail) {
    for (const listener of listeners.get(name)) {
      try {
        listener(detail);
      } catch (error) {
        reportError(error); // the page's mistake stays the page's
      }
    }
  }

  function on(name, listener) {
    if (!listeners.has(name)) throw new TypeError(`Shelftalk.on: there is no event ${JSON.stringify(name)}; known: ${EVENTS.join(', ')}`);
    listeners.get(name).add(listener);
    return () => listeners.get(name).delete(listener);
  }

  // The page swapped its body: go along. The conversation is not interrupted.
  class Widget extends HTMLElement {
    static observedAttributes = ['data-theme'];

    constructor() {
      super();
      this.attachShadow({ mode: 'open' });
    }

    attributeChangedCallback() {
      if (widget && widget.host === this) widget.theme.paint();
    }

    disconnectedCallback() {
      if (widget && widget.host === this) setTimeout(stay);
    }
  }
  customElements.define(TAG, Widget);

  function stay() {
    if (widget.host.isConnected) return;
    document.body.append(widget.host);
    widget.panel.again();
  }

  function place() {
    const before = widget;
    const host = document.createElement(TAG);
    widget = makeWidget(host, chosen, emit);
    if (token) widget.talk.setUser(token);
    document.body.append(host);
    widget.theme.paint();
    if (before) {
      before.end();
      before.host.remove();
    }
  }

  // The same line once more, on the next page of a site that swaps pages; with other choices it is another widget.
  function again(given) {
    const same = JSON.stringify({ ...given, context: 0 }) === JSON.stringify({ ...chosen, context: 0 });
    chosen = given;
    if (!same) return place();
    widget.talk.setContext(given.context);
    stay();
  }

  place();
  const faces = {
    open: () => widget.panel.open(),
    close: () => widget.panel.close(),
    toggle: () => widget.panel.toggle(),
    setUser: (given) => { token = given || ''; widget.talk.setUser(token); },
    setContext: (given) => widget.talk.setContext(given),
    on,
  };
  Object.defineProperty(faces, AGAIN, { value: again });
  window.Shelftalk = Object.freeze(faces);
  window.dispatchEvent(new CustomEvent('shelftalk:ready'));
}

function enter(options) {
  const before = window.Shelftalk && window.Shelftalk[AGAIN];
  if (before) before(options);
  else start(options);
}

const found = readOptions(document.currentScript || document.querySelector('script[src*="/widget.js"]'));
if (document.body) enter(found);
else document.addEventListener('DOMContentLoaded', () => enter(found), { once: true });
