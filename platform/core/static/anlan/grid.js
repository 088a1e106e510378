/* 填数表格：table[data-grid] 内的 input[data-cell]。上下箭头和回车换行，整块粘贴按行列铺开。没有脚本时就是普通表单。 */
(function () {
  'use strict';
  function cells(row) { return Array.prototype.slice.call(row.querySelectorAll('[data-cell]')); }
  function rows(table) { return Array.prototype.filter.call(table.querySelectorAll('tbody tr'), function (row) { return row.querySelector('[data-cell]'); }); }
  function at(cell) {
    var row = cell.closest('tr'), table = cell.closest('table'), all = rows(table);
    return { all: all, row: all.indexOf(row), column: cells(row).indexOf(cell) };
  }
  document.addEventListener('keydown', function (ev) {
    var cell = ev.target.closest && ev.target.closest('table[data-grid] [data-cell]'), step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[ev.key];
    if (!cell || !step || ev.ctrlKey || ev.metaKey) return;
    var here = at(cell), next = here.all[here.row + step];
    ev.preventDefault();
    if (!next) return;
    var to = cells(next)[Math.min(here.column, cells(next).length - 1)];
    to.focus(); to.select();
  });
  document.addEventListener('paste', function (ev) {
    var cell = ev.target.closest && ev.target.closest('table[data-grid] [data-cell]');
    var text = cell && (ev.clipboardData || window.clipboardData).getData('text');
    if (!text || !/[\t\n]/.test(text.trim())) return;
    ev.preventDefault();
    var here = at(cell);
    text.replace(/\r/g, '').replace(/\n$/, '').split('\n').forEach(function (line, down) {
      var row = here.all[here.row + down];
      if (!row) return;
      line.split('\t').forEach(function (value, right) {
        var target = cells(row)[here.column + right];
        if (target) target.value = value.trim();
      });
    });
    cell.dispatchEvent(new Event('input', { bubbles: true }));
  });
})();
