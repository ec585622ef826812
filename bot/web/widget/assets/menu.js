// What can be done with the whole conversation: begin anew, take it away, erase it.
function makeMenu(widget) {
  const act = (sign, key, work, kind = '') => button(`menu-row ${kind}`, { onclick: work }, icon(sign), told(key));
  const sure = el('div', { class: 'sure', id: 'erase', hidden: true },
    el('p', {}, told('erase_confirm')),
    el('div', { class: 'row' },
      button('button danger', { onclick: () => leave(widget.keeping.erase) }, told('erase_yes')),
      button('button', { onclick: () => ask(false) }, told('erase_no'))));
  const eraser = act('bin', 'erase', () => ask(sure.hidden), 'is-danger');
  eraser.setAttribute('aria-controls', 'erase');
  eraser.setAttribute('aria-expanded', 'false');
  const person = act('person', 'person', () => leave(() => widget.talk.press(told('person')))); // also where there is no room below the box
  const node = el('div', { class: 'menu', id: 'menu', role: 'group', 'aria-label': told('menu'), hidden: true },
    person,
    act('fresh', 'new_chat', () => leave(widget.keeping.renew)),
    act('down', 'transcript', () => leave(widget.keeping.download)),
    eraser, sure, el('p', { class: 'fine' }, told('privacy')));
  const opener = button('icon-button', { 'aria-label': told('menu'), 'aria-expanded': 'false', 'aria-controls': 'menu', onclick: () => show(node.hidden) }, icon('menu'));

  function show(open) {
    node.hidden = !open;
    opener.setAttribute('aria-expanded', String(open));
    if (!open) ask(false, false);
  }

  function ask(open, focus = true) {
    sure.hidden = !open;
    eraser.setAttribute('aria-expanded', String(open));
    if (focus) (open ? sure.querySelector('.button:last-child') : eraser).focus();
  }

  function leave(work) {
    show(false);
    widget.composer.focus();
    work();
  }

  // True when there was something to close.
  function escape() {
    if (node.hidden) return false;
    show(false);
    opener.focus();
    return true;
  }

  return { node, opener, show, escape, offerPerson: (yes) => { person.hidden = !yes; } };
}
