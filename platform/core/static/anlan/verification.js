/* 填报审核：J/K 移动、X 勾选、全选；省级录入：从 Excel 粘贴一列或一块。没有脚本时页面照常可用。 */
(function () {
  'use strict';
  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }
  function rows() { return all('[data-queue-row]'); }
  function link(row) { return row.querySelector('a.t'); }
  function place() { return rows().findIndex(function (row) { return row.classList.contains('sel'); }); }
  function mark(chosen) {
    rows().forEach(function (row) {
      var on = row === chosen;
      row.classList.toggle('sel', on);
      if (on) link(row).setAttribute('aria-current', 'true'); else link(row).removeAttribute('aria-current');
    });
  }
  function tally() {
    var n = all('#batch input[name=item]:checked').length, said = document.querySelector('[data-chosen]');
    if (!said) return;
    said.hidden = !n;
    said.querySelector('[data-chosen-count]').textContent = n;
  }
  document.addEventListener('click', function (event) {
    var row = event.target.closest('[data-queue-row]');
    if (row && event.target.closest('a.t')) mark(row);
  });
  /* 窄屏上详情在列表之外，换入后滚到它。 */
  document.addEventListener('htmx:afterSwap', function () {
    var context = document.getElementById('context');
    if (context && window.innerWidth < 1200 && document.querySelector('[data-queue-row].sel')) context.scrollIntoView();
  });
  document.addEventListener('change', function (event) {
    if (event.target.matches('[data-check-all]')) {
      all('#batch input[name=item]').forEach(function (box) { box.checked = event.target.checked; });
    }
    if (event.target.closest('#batch')) tally();
  });
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (/INPUT|TEXTAREA|SELECT/.test(event.target.tagName) && event.target.type !== 'checkbox') return;
    var list = rows(), key = event.key.toLowerCase(), now = place();
    if (!list.length || !/^[jkx]$/.test(key)) return;
    event.preventDefault();
    if (key === 'x') {
      var box = list[Math.max(now, 0)].querySelector('input[name=item]');
      if (box) { box.checked = !box.checked; tally(); }
      return;
    }
    var next = list[Math.min(Math.max(now + (key === 'j' ? 1 : -1), 0), list.length - 1)];
    link(next).focus();
    link(next).click();
  });
  /* 粘贴：从所在格起，行向下、列向右；只填本表已有的格。 */
  document.addEventListener('paste', function (event) {
    var cell = event.target, form = cell.closest && cell.closest('[data-paste-grid]');
    var text = event.clipboardData && event.clipboardData.getData('text/plain').replace(/\r/g, '').replace(/\n$/, '');
    if (!form || !cell.matches('[data-column]') || !text || !/[\n\t]/.test(text)) return;
    event.preventDefault();
    var lines = all('tbody tr', form).filter(function (row) { return row.querySelector('[data-column]'); }), start = lines.indexOf(cell.closest('tr'));
    var from = all('[data-column]', lines[start]).indexOf(cell);
    text.split('\n').forEach(function (line, down) {
      var row = lines[start + down];
      if (!row) return;
      var cells = all('[data-column]', row);
      line.split('\t').forEach(function (value, right) {
        var target = cells[from + right];
        if (!target || target.disabled) return;
        target.value = value.trim();
        target.dispatchEvent(new Event('input', { bubbles: true }));
        target.dispatchEvent(new Event('change', { bubbles: true }));
      });
    });
  });
  /* 上下键在同一列内移动。 */
  document.addEventListener('keydown', function (event) {
    var cell = event.target;
    if (!cell.matches('[data-paste-grid] input[data-column]') || !/^(ArrowDown|ArrowUp|Enter)$/.test(event.key)) return;
    var column = all('[data-paste-grid] [data-column="' + cell.getAttribute('data-column') + '"]');
    var next = column[column.indexOf(cell) + (event.key === 'ArrowUp' ? -1 : 1)];
    if (next) { event.preventDefault(); next.focus(); if (next.select) next.select(); }
  });
})();
