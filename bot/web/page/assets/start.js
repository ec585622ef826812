// Everything is tied together once; listeners are delegated, so that redrawn parts need no new ones.
const PRESSES = {
  say: (button) => { focusInput(); send({ act: 'say', text: button.dataset.text }); },
  like: vote, dislike: vote, seen: vote, undo: vote, reason, more, unwish, edit, retry, stop, forget, erase,
  source: openSource,
  skip: () => input().focus(),
  profile: () => showPanel(!isOpen()),
  close: () => showPanel(false),
  export: () => ask('export'),
  'ask-erase': () => askErase(one('#st-erase').hidden),
  keep: () => askErase(false),
};

function pressed(event) {
  const target = event.target.closest('[data-act]');
  const act = target && root.contains(target) && PRESSES[target.dataset.act];
  if (!act || target.tagName === 'SELECT') return;
  if (target.tagName === 'A') event.preventDefault();
  act(target);
}

function toggled(event) {
  const why = event.target;
  if (why.open && why.matches('.st-why')) ask('click', { id: why.dataset.id });
}

function changed(event) {
  if (event.target.dataset.act === 'catalog') ask('catalog', { key: event.target.value });
}

function take(value) {
  if (value.words) {
    words = value.words;
    document.title = words.page_title;
    document.documentElement.lang = value.locale;
    one('label[for=st-input]').textContent = words.message_label;
    input().placeholder = words.placeholder;
    one('.st-shorter').textContent = words.show_without_explanation;
    if (!document.body.dataset.ready) shade(false);
    document.body.dataset.ready = 'true';
  }
  if (value.answer) askNext();
  takeVotes(value);
  if (value.status) announce(value.status);
  if (value.trouble) {
    trouble(value.trouble);
    setTimeout(() => trouble(''), UNDO_MS);
  }
  if (value.download) download(value.download);
  refresh();
}

for (const hand of ['wheel', 'touchmove', 'pointerdown', 'focusin']) root.addEventListener(hand, letGo, { passive: true });

let due = 0;
const later = () => { due = due || requestAnimationFrame(() => { due = 0; refresh(); }); };

root.addEventListener('click', pressed);
root.addEventListener('toggle', toggled, true);
root.addEventListener('change', changed);
root.addEventListener('keydown', keydown, true);
root.addEventListener('submit', (event) => { event.preventDefault(); submit(); });
root.addEventListener('input', (event) => { if (event.target === input()) grow(); });
new MutationObserver(later).observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-status', 'data-said'] });
addEventListener('resize', later);
addEventListener('offline', () => trouble(words.offline));
addEventListener('online', () => trouble(''));
narrow.addEventListener('change', () => shade(isOpen() && narrow.matches));
if (window.visualViewport) window.visualViewport.addEventListener('resize', fit);
watch('value', () => take(props.value || {}));
later();
