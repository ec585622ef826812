// The panel "What I know about you": beside the conversation on a wide screen, over it on a narrow one.
const panel = () => one('#st-profile');
const opener = () => one('[data-act=profile]');
const isOpen = () => panel().dataset.open === 'true';

function showPanel(open, focus = true) {
  if (open === isOpen()) return;
  panel().dataset.open = String(open);
  opener().setAttribute('aria-expanded', String(open));
  shade(open && narrow.matches);
  if (focus) (open ? one('#st-profile-title') : opener()).focus();
}

function shade(covered) {
  panel().setAttribute('role', covered ? 'dialog' : 'complementary');
  panel().setAttribute('aria-labelledby', 'st-profile-title');
  if (covered) panel().setAttribute('aria-modal', 'true'); else panel().removeAttribute('aria-modal');
  for (const part of ['#st-top', '#st-chat', '#st-wishes', '#st-composer']) one(part).inert = covered;
}

function forget(button) {
  one('#st-profile-title').focus();
  ask('forget', { key: button.dataset.key });
}

function askErase(open) {
  const asking = one('#st-erase');
  asking.hidden = !open;
  one('[data-act=ask-erase]').setAttribute('aria-expanded', String(open));
  (open ? one('[data-act=keep]') : one('[data-act=ask-erase]')).focus();
}

function erase() {
  showPanel(false, false);
  input().focus();
  ask('erase');
}

function escape(event) {
  const opened = event.target.closest && event.target.closest('.st-more');
  if (opened) {
    const button = one(`[aria-controls="${opened.id}"]`);
    more(button);
    button.focus();
  } else if (isOpen()) showPanel(false);
}

function download({ name, text }) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
