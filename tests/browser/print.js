/* What test_print asks a page while it is laid out for paper. Each answers a list of sentences. */
window.paper = (() => {
  const name = (each) => `${each.tagName.toLowerCase()}${each.id && `#${each.id}`}${[...each.classList].map((c) => `.${c}`).join('')}`;
  const seen = (each) => each.getClientRects().length > 0 && getComputedStyle(each).visibility === 'visible';

  function light(colour) {
    const [red, green, blue] = colour.match(/[\d.]+/g).map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
  const onWhite = (colour) => 1.05 / (light(colour) + 0.05);
  /* Browsers print no backgrounds unless told; where they are told, axe has compared text and background on the screen. */
  const keepsBackground = (each) => getComputedStyle(each).webkitPrintColorAdjust === 'exact';

  return {
    navigation() {
      return [...document.querySelectorAll('.an-side, .an-top, .an-portal-head, .an-toasts, .an-actbar, .skip, .acts, nav, button, .btn, .an-menu')]
        .filter((each) => seen(each)).map((each) => `still there: ${name(each)}`);
    },

    pale() {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set();
      while (walker.nextNode()) {
        const each = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !seen(each) || each.closest('script, option, .visually-hidden') || keepsBackground(each)) continue;
        const style = getComputedStyle(each), colour = each.closest('svg') ? style.fill : style.color;
        if (/^rgb/.test(colour) && onWhite(colour) < 4.5) found.add(`pale on paper: ${name(each)} ${colour}`);
      }
      return [...found];
    },

    tables() {
      return [...document.querySelectorAll('table')].filter(seen)
        .filter((each) => each.tHead && !each.tHead.matches('.visually-hidden') && getComputedStyle(each.tHead).display !== 'table-header-group')
        .map((each) => `its head is not repeated on every page: ${name(each)}`);
    },

    /* Chromium 86 prints pages without end where a flexible box that has a gap is left with nothing in it. */
    endless() {
      const inFlow = (each) => getComputedStyle(each).display !== 'none' && !/absolute|fixed/.test(getComputedStyle(each).position);
      const text = (each) => [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      return [...document.querySelectorAll('body *')].filter((each) => {
        const style = getComputedStyle(each);
        return /flex/.test(style.display) && parseFloat(style.columnGap) > 0 && each.offsetParent && ![...each.children].some(inFlow) && !text(each);
      }).map((each) => `left empty: ${name(each)}`);
    },

    /* A scroller cuts off on paper what is beyond its edge. */
    cut() {
      return [...document.querySelectorAll('main *')].filter(seen)
        .filter((each) => /auto|scroll/.test(getComputedStyle(each).overflowX + getComputedStyle(each).overflowY) && !each.matches('input, textarea, select'))
        .filter((each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1).map((each) => `cut off: ${name(each)}`);
    },
  };
})();
