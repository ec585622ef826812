// The message box: the wishes above it, one button that sends and stops, and the way to a person below.
const TALLEST = 132; // pixels
const LONGEST_MESSAGE = 4000;

function makeComposer(widget) {
  const coarse = matchMedia('(pointer: coarse)');
  const wishes = el('div', { class: 'wishes', hidden: true });
  const said = el('p', { class: 'trouble', hidden: true });
  const box = el('textarea', { id: 'message', rows: '1', maxlength: LONGEST_MESSAGE, enterkeyhint: 'send', placeholder: told('placeholder') });
  const send = button('send', { type: 'submit' });
  const form = el('form', { class: 'form', autocomplete: 'off' }, el('label', { class: 'sr', for: 'message' }, told('message_label')), box, send);
  const person = button('quiet', { onclick: () => widget.talk.press(told('person')) }, icon('person'), told('person'));
  const whom = el('p', { class: 'whom', hidden: true }, icon('person'), el('span', {}));
  const node = el('div', { class: 'composer' }, wishes, said, form, el('div', { class: 'below' }, person, whom));
  let busy = null;
  let timer = 0;

  form.addEventListener('submit', (event) => { event.preventDefault(); submit(); });
  box.addEventListener('input', () => { widget.store.draft = box.value; grow(); });
  box.addEventListener('keydown', (event) => {
    const composing = event.isComposing || event.keyCode === 229; // this Enter ends a word of an input method
    if (event.key !== 'Enter' || event.shiftKey || composing) return;
    event.preventDefault();
    if (!busy) submit();
  });

  function submit() {
    if (busy) return widget.talk.stop();
    const text = box.value.trim();
    if (text) widget.talk.say(text);
  }

  // One button that never goes away under a finger.
  function paint(now) {
    if (busy === now) return;
    busy = now;
    const word = told(now ? 'stop' : 'send');
    send.classList.toggle('is-stop', now);
    send.setAttribute('aria-label', word);
    send.replaceChildren(icon(now ? 'stop' : 'send'));
  }

  function grow() {
    box.style.height = 'auto';
    if (box.scrollHeight) box.style.height = `${Math.min(box.scrollHeight, TALLEST)}px`;
  }

  function write(text) {
    box.value = text;
    widget.store.draft = text;
    grow();
  }

  // Focus inside a press; a soft keyboard stays where it is.
  function focus() {
    if (coarse.matches && widget.shadow.activeElement !== box) {
      box.inputMode = 'none';
      const typing = () => { box.inputMode = ''; };
      box.addEventListener('blur', typing, { once: true });
      box.addEventListener('pointerdown', typing, { once: true });
    }
    box.focus({ preventScroll: true });
  }

  function drawWishes(chips) {
    const rows = chips.map(({ key, label }) => el('li', {}, button('wish', { 'aria-label': told('remove_wish', { label }), onclick: () => widget.talk.unwish(key) }, el('span', {}, label), icon('close'))));
    wishes.replaceChildren(el('ul', { role: 'list', 'aria-label': told('wishes') }, ...rows));
    wishes.hidden = !rows.length;
  }

  // A press that failed is told beside the box for a while; the conversation stays as it is.
  function trouble(sentence) {
    clearTimeout(timer);
    said.textContent = sentence;
    said.hidden = !sentence;
    if (!sentence) return;
    widget.announce(sentence);
    timer = setTimeout(() => trouble(''), UNDO_MS);
  }

  // To whom the box writes: the assistant, or the person who has the conversation.
  function addressTo(isPerson, name) {
    box.placeholder = told(isPerson ? 'message_label' : 'placeholder');
    whom.lastChild.textContent = isPerson ? (name ? told('with_person', { name }) : told('with_somebody')) : '';
    whom.hidden = !isPerson;
    if (isPerson && widget.shadow.activeElement === person) box.focus();
    person.hidden = isPerson;
  }

  paint(false);
  write(widget.store.draft);
  return { node, focus, addressTo, grow, write, paint, trouble, submit, drawWishes, get text() { return box.value; } };
}
