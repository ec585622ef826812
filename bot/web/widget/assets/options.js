// What the one line of the page chooses: `data-*` of its script, and where the script came from.
const PHONE = '(max-width: 640px), (max-width: 950px) and (max-height: 440px) and (pointer: coarse)';
const CONTEXT = ['product_id', 'order_id', 'page'];
const LONGEST = 500; // characters of one value of the context

function readOptions(script) {
  const { catalog, locale, theme, position, greeting, title, accent, productId, orderId, page } = (script && script.dataset) || {};
  return {
    base: script && script.src ? new URL('.', script.src).href : `${location.origin}/`,
    catalog: catalog || '',
    locale: language(locale),
    theme: theme || 'auto',
    position: position === 'left' ? 'left' : 'right',
    greeting: greeting || '',
    title: title || '',
    accent: accent || '',
    context: readContext({ product_id: productId, order_id: orderId, page }),
  };
}

// The first language that we speak: the chosen one, the page's, the browser's.
function language(chosen) {
  const wanted = [chosen, document.documentElement.lang, ...navigator.languages].filter((tag) => tag && tag !== 'auto');
  for (const tag of wanted) {
    const parts = tag.split('-');
    for (let many = parts.length; many; many -= 1) {
      const known = Object.keys(WORDS).find((name) => name.toLowerCase() === parts.slice(0, many).join('-').toLowerCase());
      if (known) return known;
    }
  }
  return 'en';
}

// What the page says about itself: plain short strings under known names, nothing else.
function readContext(given) {
  const known = CONTEXT.filter((name) => ['string', 'number'].includes(typeof (given || {})[name]) && String(given[name]).trim());
  return Object.fromEntries(known.map((name) => [name, String(given[name]).trim().slice(0, LONGEST)]));
}
