/* 指标体系编辑：权重合计与计分曲线即时预览。只是预览；保存时由服务端重新计算并校验。
   权重：[data-weights] 内的 input[data-w="A"]、[data-sum="A"]、rect[data-seg="A"]、[data-total]、[data-weights-message]
        （属性 data-exact data-short data-over 为三句话，{n} 处填差额）、合计不为 100 时禁用的 [data-needs-100]。
   曲线：[data-curve="#json"]（{old: [[x, 比例]], oldWeight, oldName, newName, xmin, xmax, unit, xname, values: [[名, 值]]}）内的
        tr[data-point] > input[data-x][data-y] 与 [data-score]、[data-weight]、[data-test]、[data-test-score]、[data-test-old]、
        [data-mean-old] [data-mean-new] [data-full-count] [data-worst] 以及 an-chart。 */
(function () {
  'use strict';
  function all(selector, inside) { return Array.prototype.slice.call((inside || document).querySelectorAll(selector)); }
  function write(inside, selector, text) { all(selector, inside).forEach(function (el) { el.textContent = text; }); }
  function number(el) { return el ? Number(el.value) || 0 : 0; }
  function round(v) { return Math.round(v * 100) / 100; }
  function ratio(points, x) {
    var p = points.slice().sort(function (a, b) { return a[0] - b[0]; });
    if (!p.length) return 0;
    if (x <= p[0][0]) return p[0][1];
    for (var i = 1; i < p.length; i++) if (x <= p[i][0]) return p[i][0] === p[i - 1][0] ? p[i][1] : p[i - 1][1] + (p[i][1] - p[i - 1][1]) * (x - p[i - 1][0]) / (p[i][0] - p[i - 1][0]);
    return p[p.length - 1][1];
  }

  function weigh(box) {
    var inputs = all('input[data-w]'), sums = {}, total = 0, start = 0, message = box.querySelector('[data-weights-message]');
    if (!inputs.length) return;
    inputs.forEach(function (input) { var key = input.getAttribute('data-w'); sums[key] = round((sums[key] || 0) + number(input)); });
    Object.keys(sums).forEach(function (key) { total = round(total + sums[key]); write(document, '[data-sum="' + key + '"]', sums[key]); });
    all('rect[data-seg]', box).forEach(function (rect) {
      var sum = sums[rect.getAttribute('data-seg')] || 0;
      rect.setAttribute('x', start + '%'); rect.setAttribute('width', sum + '%'); start += sum;
    });
    var gap = round(100 - total);
    write(box, '[data-total]', total);
    if (message) message.textContent = (message.getAttribute(gap === 0 ? 'data-exact' : gap > 0 ? 'data-short' : 'data-over') || '').replace('{n}', Math.abs(gap));
    box.classList.toggle('ok', gap === 0); box.classList.toggle('bad', gap !== 0);
    all('[data-needs-100]').forEach(function (button) { button.disabled = gap !== 0; });
  }

  function draw(box) {
    var source = document.querySelector(box.getAttribute('data-curve'));
    if (!source) return;
    var d = JSON.parse(source.textContent), weight = number(box.querySelector('[data-weight]') || document.querySelector('[data-weight]')), points = [];
    all('[data-point]', box).forEach(function (row) {
      var x = row.querySelector('[data-x]').value, share = number(row.querySelector('[data-y]')) / 100;
      if (x === '') return;
      points.push([Number(x), share]); write(row, '[data-score]', (share * weight).toFixed(2));
    });
    var test = number(box.querySelector('[data-test]')), old = d.old || [], before = Number(d.oldWeight) || weight;
    write(box, '[data-test-score]', (ratio(points, test) * weight).toFixed(2));
    write(box, '[data-test-old]', old.length ? (ratio(old, test) * before).toFixed(2) : '—');
    effect(box, d, points, old, weight, before);
    var chart = box.querySelector('an-chart');
    if (!chart || !points.length) return;
    var scaled = function (list, by) { return list.map(function (p) { return [p[0], p[1] * by]; }); };
    chart.value = { points: scaled(points, weight), old: old.length ? scaled(old, before) : null, oldName: d.oldName, newName: d.newName, xmin: d.xmin, xmax: d.xmax, unit: d.unit, weight: Math.max(weight, before), xname: d.xname, yname: d.yname, test: test, testScore: ratio(points, test) * weight };
    if (chart.draw && chart._c) chart.draw();
  }

  /* 按上月实际值回算，看新规则动了谁 */
  function effect(box, d, points, old, weight, before) {
    var values = d.values || [], was = 0, now = 0, full = 0, worst = ['—', 0];
    values.forEach(function (v) {
      var a = ratio(old, Number(v[1])) * before, b = ratio(points, Number(v[1])) * weight;
      was += a; now += b;
      if (b >= weight - 1e-6) full++;
      if (b - a < worst[1]) worst = [v[0] + ' −' + (a - b).toFixed(2), b - a];
    });
    if (!values.length) return;
    write(box, '[data-mean-old]', old.length ? (was / values.length).toFixed(2) : '—'); write(box, '[data-mean-new]', (now / values.length).toFixed(2));
    write(box, '[data-full-count]', full); write(box, '[data-worst]', worst[0]);
  }

  function refresh() { all('[data-weights]').forEach(weigh); all('[data-curve]').forEach(draw); }
  document.addEventListener('input', function (ev) { if (ev.target.matches('[data-w], [data-x], [data-y], [data-weight], [data-test]')) refresh(); });
  ['DOMContentLoaded', 'htmx:afterSettle'].forEach(function (name) { document.addEventListener(name, refresh); });
  customElements.whenDefined('an-chart').then(refresh);
})();
