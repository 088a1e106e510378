/* 得分说明：手机上，选中指标的来历紧跟在它那一行下面；宽屏在右栏。没有脚本时排在表后，链接带 #story。 */
(function () {
  'use strict';
  var narrow = window.matchMedia('screen and (max-width: 991.98px)');
  function place() {
    var story = document.getElementById('story'), home = document.querySelector('[data-story-home]');
    if (!story || !home) return;
    var code = story.getAttribute('data-story'), line = code && document.querySelector('tr[data-line="' + code + '"]');
    Array.prototype.forEach.call(document.querySelectorAll('tr[data-line].sel'), function (row) { row.classList.remove('sel'); });
    if (line) line.classList.add('sel');
    var old = document.querySelector('.story-row'), by = narrow.matches && line, held = story.contains(document.activeElement) ? document.activeElement : null;
    if (by ? old && old.contains(story) && old.previousElementSibling === line : !old && home.contains(story)) return;
    if (by) {
      var row = document.createElement('tr'), cell = document.createElement('td');
      row.className = 'story-row'; cell.colSpan = line.cells.length;
      cell.appendChild(story); row.appendChild(cell); line.after(row);
      story.setAttribute('role', 'region');
    } else { home.appendChild(story); story.removeAttribute('role'); }
    if (old) old.remove();
    if (held) held.focus();
    return by;
  }
  function arrive() {
    var story = document.getElementById('story');
    if (place() && story && location.pathname.indexOf('/' + story.getAttribute('data-story') + '/') > 0) story.closest('tr').previousElementSibling.scrollIntoView();
  }
  document.addEventListener('DOMContentLoaded', arrive);
  document.addEventListener('htmx:afterSwap', place);
  document.addEventListener('htmx:historyRestore', place);
  if (narrow.addEventListener) narrow.addEventListener('change', place);
})();
