// How the dialog stands on the screen: beside the page, or over all of it, where the page is inert and does not scroll.
function makeScreen(panel, settle) {
  const phone = matchMedia(PHONE);
  const page = document.documentElement;
  const view = window.visualViewport;
  let scrolled = null; // the page's own overflow while it is held still

  function show() {
    const whole = phone.matches;
    if (whole) panel.showModal();
    else panel.show();
    panel.classList.toggle('is-whole', whole);
    hold(whole);
    fit();
  }

  function hide() {
    panel.close();
    hold(false);
  }

  function hold(still) {
    if (still && scrolled === null) {
      scrolled = page.style.overflow;
      page.style.overflow = 'hidden';
    } else if (!still && scrolled !== null) {
      page.style.overflow = scrolled;
      scrolled = null;
    }
  }

  // A keyboard on a phone covers the page without telling its layout.
  function fit() {
    const whole = panel.open && phone.matches && view && view.scale <= 1.01;
    panel.style.setProperty('--st-height', whole ? `${view.height}px` : '');
    panel.style.setProperty('--st-top', whole ? `${view.offsetTop}px` : '');
  }

  // The screen was turned, or the page put us back: the same dialog in its other form, the focus where it was.
  function again() {
    if (!panel.open) return;
    const focused = panel.getRootNode().activeElement;
    panel.close();
    show();
    if (focused && panel.contains(focused)) focused.focus({ preventScroll: true });
    settle();
  }

  phone.addEventListener('change', again);
  for (const kind of view ? ['resize', 'scroll'] : []) view.addEventListener(kind, fit);

  function end() {
    hold(false);
    phone.removeEventListener('change', again);
    for (const kind of view ? ['resize', 'scroll'] : []) view.removeEventListener(kind, fit);
  }

  return { show, hide, again, end };
}
