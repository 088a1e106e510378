/* County lines: adds up while typing, in exact decimals (scaled integers), and says the difference to the value.
   The server adds up again on every save; this only shortens the trip. Works on content that htmx swaps in. */
(function () {
  'use strict';
  var PLACES = 6;

  /* The number of `text` in millionths as BigInt; null when empty or no number. */
  function millionths(text) {
    var plain = String(text).replace(/[,，\s]/g, '').replace('−', '-');
    var match = /^([+-]?)(\d{1,14})(?:\.(\d{1,6}))?$/.exec(plain);
    if (!match) return null;
    var digits = match[2] + ((match[3] || '') + '000000').slice(0, PLACES);
    return BigInt((match[1] === '-' ? '-' : '') + digits);
  }

  function shown(units) {
    var negative = units < BigInt(0), digits = String(negative ? -units : units);
    while (digits.length <= PLACES) digits = '0' + digits;
    var whole = digits.slice(0, -PLACES).replace(/\B(?=(\d{3})+$)/g, ',');
    var rest = digits.slice(-PLACES).replace(/0+$/, '');
    return (negative ? '−' : '') + whole + (rest ? '.' + rest : '');
  }

  function addUp() {
    var box = document.querySelector('[data-county-sum]');
    if (!box) return;
    var sum = BigInt(0), filled = 0, lacking = 0;
    Array.prototype.forEach.call(document.querySelectorAll('[data-county]'), function (input) {
      var units = millionths(input.value);
      if (units === null) lacking += 1; else { sum += units; filled += 1; }
    });
    var total = document.querySelector('[data-county-total]'), state = document.querySelector('[data-county-state]');
    total.textContent = filled ? shown(sum) : '—';
    var value = document.querySelector('[data-value]'), given = value ? millionths(value.value) : null;
    var words = box.dataset;
    var text = '', tone = 't3';
    if (filled && lacking) { text = words.lacking.replace('{n}', lacking); tone = 't-warn'; }
    else if (filled && given !== null && given !== sum) {
      text = words.differs.replace('{n}', shown(given > sum ? given - sum : sum - given)); tone = 't-bad';
    } else if (filled && given !== null) { text = words.agrees; tone = 't-ok'; }
    state.textContent = text;
    state.className = tone;
  }

  document.addEventListener('input', function (event) {
    if (event.target.closest && event.target.closest('[data-county], [data-value]')) addUp();
  });
  document.addEventListener('DOMContentLoaded', addUp);
  document.addEventListener('htmx:afterSwap', addUp);
})();
