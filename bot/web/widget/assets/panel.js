// The launcher and the panel: a dialog beside the page on a wide screen, the whole screen on a phone.
const SHORT_TITLE = 60;
const MOST_UNREAD = 9;

function makePanel(widget) {
  const { options } = widget;
  const launcher = button('launcher', { 'aria-controls': 'panel', 'aria-haspopup': 'dialog', onclick: () => (panel.open ? close() : open()) });
  const greeting = options.greeting && !widget.store.session ? drawGreeting(widget, options.greeting) : null;
  const title = el('h2', { id: 'title' }, (options.title || told('name')).slice(0, SHORT_TITLE));
  const shut = button('icon-button', { 'aria-label': told('close_chat'), onclick: close }, icon('close'));
  const badge = el('span', { class: 'badge' }, told('ai_badge'));
  const bar = el('div', { class: 'bar' }, icon('brand'), el('div', { class: 'names' }, title, badge), widget.menu.opener, shut);
  const panel = el('dialog', { class: 'panel', id: 'panel', 'aria-labelledby': 'title' }, bar, widget.menu.node, widget.log.node, widget.log.jump, widget.composer.node);
  const screen = makeScreen(panel, () => widget.log.toTop());
  let cameFrom = null;
  let unread = 0;

  panel.addEventListener('cancel', (event) => { event.preventDefault(); escape(); }); // the back gesture of a phone
  widget.root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || !panel.open) return;
    event.preventDefault();
    event.stopPropagation();
    escape();
  });

  function escape() {
    if (!widget.menu.escape()) close();
  }

  function paint() {
    const fresh = panel.open ? 0 : unread;
    launcher.setAttribute('aria-expanded', String(panel.open));
    launcher.setAttribute('aria-label', fresh ? counted('unread', fresh) : told(panel.open ? 'close_chat' : 'open_chat'));
    launcher.replaceChildren(icon(panel.open ? 'close' : 'brand'), ...(fresh ? [el('span', { class: 'unread', 'aria-hidden': 'true' }, fresh > MOST_UNREAD ? `${MOST_UNREAD}+` : String(fresh))] : []));
    widget.root.dataset.open = String(panel.open);
  }

  // So many messages of persons wait to be read.
  function mark(count) {
    if (unread === count) return;
    unread = count;
    paint();
  }

  function open() {
    if (panel.open) return;
    const active = document.activeElement;
    cameFrom = active && active !== document.body && active !== widget.host ? active : null;
    if (greeting) greeting.remove();
    widget.theme.paint();
    screen.show();
    if (widget.person.look()) widget.log.toEnd();
    else widget.log.toTop();
    paint();
    widget.composer.focus();
    widget.composer.grow();
    widget.talk.begin();
    widget.emit('open', {});
  }

  function close() {
    if (!panel.open) return;
    screen.hide();
    widget.menu.show(false);
    paint();
    (cameFrom && cameFrom.isConnected ? cameFrom : launcher).focus();
    widget.emit('close', {});
  }

  // Who answers, in the header as long as it lasts.
  function speakAs(isPerson) {
    badge.textContent = told(isPerson ? 'speaker_person' : 'ai_badge');
    badge.classList.toggle('is-person', isPerson);
  }

  paint();
  widget.root.append(...[greeting, launcher, panel].filter(Boolean));
  return { open, close, speakAs, mark, toggle: () => (panel.open ? close() : open()), again: () => screen.again(), get isOpen() { return panel.open; }, end: () => screen.end() };
}

// A line beside the launcher for a visitor who has not spoken yet.
function drawGreeting(widget, text) {
  const node = el('div', { class: 'greeting' },
    button('greeting-text', { onclick: () => widget.panel.open() }, text),
    button('icon-button', { 'aria-label': told('dismiss'), onclick: () => node.remove() }, icon('close')));
  return node;
}
