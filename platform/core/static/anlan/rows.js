/* 可增删行的表：<an-rows> 内的 tr[data-row]、[data-row-add]、[data-row-remove]。没有脚本时末尾有空行可填，清空即删。 */
(function () {
  'use strict';
  function AnRows() { return Reflect.construct(HTMLElement, [], AnRows); }
  AnRows.prototype = Object.create(HTMLElement.prototype);
  AnRows.prototype.constructor = AnRows;
  function changed(el) { el.dispatchEvent(new Event('change', { bubbles: true })); }
  AnRows.prototype.connectedCallback = function () {
    var me = this;
    Array.prototype.forEach.call(me.querySelectorAll('[data-row-add], [data-row-remove]'), function (b) { b.hidden = false; });
    if (me._on) return; me._on = true;
    me.addEventListener('click', function (ev) {
      var add = ev.target.closest('[data-row-add]'), gone = ev.target.closest('[data-row-remove]');
      if (add) {
        var rows = me.querySelectorAll('tr[data-row]'), made = rows[rows.length - 1].cloneNode(true);
        Array.prototype.forEach.call(made.querySelectorAll('input'), function (input) { input.value = ''; });
        rows[rows.length - 1].after(made);
        made.querySelector('input').focus();
      }
      if (gone) {
        var row = gone.closest('tr[data-row]');
        if (me.querySelectorAll('tr[data-row]').length > 1) { var next = row.nextElementSibling || row.previousElementSibling; row.remove(); next.querySelector('input').focus(); }
        else Array.prototype.forEach.call(row.querySelectorAll('input'), function (input) { input.value = ''; });
        changed(me);
      }
    });
  };
  Object.setPrototypeOf(AnRows, HTMLElement);
  customElements.define('an-rows', AnRows);
})();
