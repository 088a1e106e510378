/* What test_keyboard asks a page. Elements are named once; problems are sentences. */
window.keys = (() => {
  const INTERACTIVE = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const met = new Map(); // element -> how it and its surroundings looked while it had the focus
  const name = (each) => `${each.tagName.toLowerCase()}${each.id && `#${each.id}`}${[...each.classList].map((c) => `.${c}`).join('')}`
    + ` “${(each.getAttribute('aria-label') || each.name || each.textContent).trim().slice(0, 24)}”`;
  const visible = (each) => (each.checkVisibility // not in Chromium 86, where what is folded up has no box
    ? each.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    : getComputedStyle(each).visibility === 'visible');
  const shown = (each) => visible(each) && [...each.getClientRects()].some((box) => box.width > 1 && box.height > 1);
  /* A box for files or a choice may be hidden behind its label, which then carries the ring. */
  const face = (each) => (each.matches('input') && !shown(each) && each.labels && each.labels[0]) || each;

  function ring(each) {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(each);
    const drawn = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && !/, 0\)$|transparent/.test(outlineColor);
    return `${drawn ? `${outlineWidth} ${outlineColor}` : ''}|${boxShadow === 'none' ? '' : boxShadow}`;
  }
  /* The ring of a search box or of a place for files is drawn around it. */
  const rings = (each) => [face(each), face(each).parentElement].map(ring);

  /* A ring that reaches out of an element which cuts off what overflows cannot be seen. */
  function sidesCut(each) {
    const box = each.getBoundingClientRect(), style = getComputedStyle(each), cut = new Set();
    const out = Math.max(parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth), 0);
    for (let over = each.parentElement; over && over !== document.body; over = over.parentElement) {
      if (getComputedStyle(over).overflowX === 'visible') continue;
      const frame = over.getBoundingClientRect();
      if (box.left - out < frame.left - 1) cut.add('left');
      if (box.right + out > frame.right + 1) cut.add('right');
      if (box.top - out < frame.top - 1) cut.add('top');
      if (box.bottom + out > frame.bottom + 1) cut.add('bottom');
    }
    return cut.size;
  }
  /* Not under a sticky bar, not outside the window: something of it is on top. */
  function onTop(each) {
    return [...each.getClientRects()].some((box) => [0.5, 0.1, 0.9].some((part) => {
      const top = document.elementFromPoint(box.left + box.width * part, box.top + box.height / 2);
      return top && (each.contains(top) || top.contains(each) && !top.matches('body, html, main'));
    }));
  }

  return {
    /* Where the focus is now; `number`: as how many-th it was met; null when nowhere. */
    step() {
      const at = document.activeElement, problems = [];
      if (!at || at === document.body || at === document.documentElement) return null;
      const again = met.has(at);
      if (!again) {
        met.set(at, rings(at));
        if (!shown(face(at))) problems.push(`the focus is on what cannot be seen: ${name(at)}`);
        else if (!onTop(face(at))) problems.push(`the focus is hidden behind something: ${name(at)}`);
        else if (sidesCut(face(at)) > 2) problems.push(`the ring is cut off: ${name(at)}`);
      }
      const parts = ['date', 'time', 'month'].includes(at.type);
      return { name: name(at), again, parts, number: [...met.keys()].indexOf(at), inDialog: !!at.closest('dialog'), problems };
    },

    /* What cannot be reached below `root`, and whose focus cannot be seen. */
    verdict(root = 'body') {
      if (document.activeElement) document.activeElement.blur();
      const reached = (each) => met.has(each)
        || (each.type === 'radio' && [...met.keys()].some((other) => other.type === 'radio' && other.name === each.name && other.form === each.form));
      const all = [...document.querySelector(root).querySelectorAll(INTERACTIVE)];
      const wanted = all.filter((each) => !each.matches(':disabled') && each.tabIndex >= 0 && !each.closest('[inert]') && shown(face(each)));
      const plain = [...met].filter(([each, focused]) => each.isConnected && !rings(each).some((now, n) => now !== focused[n] && focused[n] !== '|'));
      return [
        ...wanted.filter((each) => !reached(each)).map((each) => `not reached: ${name(each)}`),
        ...plain.map(([each]) => `cannot be told apart when it has the focus: ${name(each)}`),
      ];
    },

    forget() { met.clear(); },
    unfold() { for (const each of document.querySelectorAll('details:not(.an-menu)')) each.open = true; },
  };
})();
