/* <an-chart kind="…" data="#脚本块id" height="240" aria-label="一句话结论">
   数据由服务端以 json_script 给出（数字可为字符串），样式一律取自 CSS 令牌，因此浅色、深色、打印只有一套图表代码。
   提示框用 richText 画在 SVG 里：HTML 提示框带行内样式，会被内容安全策略拦下。htmx 换入后自动初始化。

   waterfall {min, max?, interval?, steps: [{name, value, kind: total|lost|off|bonus|deduction}]}
   curve     {points: [[x, 得分]], xmin, xmax, weight, unit, xname, test?, testScore?, old?, oldName?, newName?}
   trend     {x, min?, max?, series: [{name, data, color, dash?, area?, type?, show?}]}
   scurve    {x, today, series: [{name, data, color, dash?, step?}]}
   columns   {x, max?, barWidth?, series: [{name, data, color}]}
   sankey    {nodes: [{name, depth, color}], links: [{source, target, value}], unit?} */
(function () {
  'use strict';
  function css(n) { return getComputedStyle(document.documentElement).getPropertyValue('--an-' + n).trim(); }
  function fmt(v, d) { return Number(v).toLocaleString('zh-CN', { minimumFractionDigits: d || 0, maximumFractionDigits: d || 0 }); }
  function numbers(list) { return list.map(function (v) { return v == null || v === '' ? null : Number(v); }); }
  function font(sz, w, c) { return { fontFamily: css('font'), fontSize: sz || 12, fontWeight: w || 400, color: c || css('ink-2') }; }
  function tip() {
    return { backgroundColor: css('surface'), borderColor: css('line-2'), borderWidth: 1, padding: [6, 10], confine: true, textStyle: font(12, 400, css('ink')), renderMode: 'richText' };
  }
  function axis(o) {
    return Object.assign({ axisLine: { lineStyle: { color: css('line-2') } }, axisTick: { show: false }, axisLabel: font(11.5, 400, css('ink-3')), splitLine: { lineStyle: { color: css('line') } } }, o || {});
  }
  var K = {};

  K.sankey = function (d) {
    return {
      tooltip: Object.assign(tip(), { formatter: function (p) { return (p.dataType === 'edge' ? p.data.source + ' → ' + p.data.target : p.name) + '\n' + fmt(p.value) + ' ' + (d.unit || '万元'); } }),
      series: [{
        type: 'sankey', left: 2, right: d.right || 96, top: 8, bottom: 8, nodeWidth: 10, nodeGap: d.gap || 18, layoutIterations: d.iter == null ? 32 : d.iter, draggable: false, emphasis: { focus: 'adjacency' },
        lineStyle: { color: 'gradient', opacity: .28, curveness: .5 },
        label: Object.assign(font(12, 400, css('ink')), { formatter: function (p) { return '{n|' + p.name + '}\n{v|' + fmt(p.value) + '}'; }, rich: { n: font(12, 400, css('ink-2')), v: Object.assign(font(13, 600, css('ink')), { lineHeight: 17 }) } }),
        data: d.nodes.map(function (n) { return { name: n.name, depth: n.depth, itemStyle: { color: css(n.color), borderWidth: 0 }, label: n.label || {} }; }),
        links: d.links
      }]
    };
  };

  K.trend = function (d) {
    return {
      tooltip: Object.assign(tip(), { trigger: 'axis' }), grid: { left: 34, right: 12, top: 26, bottom: 22 },
      legend: { top: 0, right: 0, itemWidth: 14, itemHeight: 3, icon: 'roundRect', textStyle: font(12) },
      xAxis: axis({ type: 'category', data: d.x, boundaryGap: !!d.bar, splitLine: { show: false } }),
      yAxis: axis({ type: 'value', min: d.min == null ? undefined : Number(d.min), max: d.max == null ? undefined : Number(d.max), splitNumber: 4, axisLine: { show: false } }),
      series: d.series.map(function (s) { return { name: s.name, type: s.type || 'line', data: numbers(s.data), symbol: s.symbol || 'circle', symbolSize: 5, showSymbol: s.show !== false, connectNulls: false, barWidth: 14, lineStyle: { width: 2, type: s.dash ? [4, 4] : 'solid' }, itemStyle: { color: css(s.color), borderRadius: s.type === 'bar' ? [2, 2, 0, 0] : 0 }, color: css(s.color), areaStyle: s.area ? { opacity: .1 } : undefined }; })
    };
  };

  K.scurve = function (d) {
    var mk = { silent: true, symbol: 'none', lineStyle: { color: css('ink-3'), type: [3, 3], width: 1 }, label: Object.assign(font(11.5, 400, css('ink-3')), { formatter: d.todayLabel || d.today, position: 'end', distance: 2 }), data: [{ xAxis: d.today }] };
    return {
      tooltip: Object.assign(tip(), { trigger: 'axis', valueFormatter: function (v) { return v == null ? '—' : v.toFixed(1) + '%'; } }),
      grid: { left: 38, right: 18, top: 34, bottom: 24 }, legend: { top: 0, left: 0, itemWidth: 16, itemHeight: 3, icon: 'roundRect', textStyle: font(12) },
      xAxis: axis({ type: 'category', data: d.x, boundaryGap: false, splitLine: { show: false } }),
      yAxis: axis({ type: 'value', min: 0, max: 100, interval: 25, axisLine: { show: false }, axisLabel: Object.assign(font(11.5, 400, css('ink-3')), { formatter: '{value}%' }) }),
      series: d.series.map(function (s, i) { return { name: s.name, type: 'line', step: s.step, smooth: s.step ? false : .25, symbol: 'circle', symbolSize: 5, showSymbol: !s.dash, data: numbers(s.data), lineStyle: { width: s.dash ? 1.5 : 2.25, type: s.dash ? [5, 4] : 'solid' }, itemStyle: { color: css(s.color) }, color: css(s.color), markLine: i ? undefined : mk }; })
    };
  };

  K.waterfall = function (d, width) {
    var min = Number(d.min || 0), base = [], bars = [], lines = [], run = 0;
    var col = { total: css('c1'), lost: css('c2'), off: css('c6'), bonus: css('c4'), deduction: css('c6') };
    var steps = d.steps.map(function (s) { return { name: s.name, value: Number(s.value), kind: s.kind }; });
    function words(s) { return s.kind === 'total' ? s.value.toFixed(2) : (s.value > 0 ? '+' : '−') + Math.abs(s.value).toFixed(2); }
    steps.forEach(function (s, i) {
      var from = run, to = s.kind === 'total' ? s.value : run + s.value;
      base.push(s.kind === 'total' ? min : Math.min(from, to));
      bars.push({ value: s.kind === 'total' ? to - min : Math.max(Math.abs(s.value), .02), itemStyle: { color: col[s.kind], borderRadius: 2 } });
      run = to;
      if (i < steps.length - 1) lines.push([{ coord: [i, run] }, { coord: [i + 1, run] }]);
    });
    return {
      tooltip: Object.assign(tip(), { formatter: function (p) { var s = steps[p.dataIndex]; return s.name + '\n' + words(s); } }),
      grid: { left: 36, right: 8, top: 28, bottom: 40 },
      xAxis: axis({ type: 'category', data: steps.map(function (s) { return s.name; }), splitLine: { show: false }, axisLabel: Object.assign(font(11.5, 400, css('ink-2')), { interval: 0, lineHeight: 15, overflow: 'break', width: Math.max(Math.floor((width - 44) / steps.length) - 6, 24) }) }),
      yAxis: axis({ type: 'value', min: min, max: d.max == null ? undefined : Number(d.max), interval: d.interval == null ? undefined : Number(d.interval), axisLine: { show: false } }),
      series: [
        { type: 'bar', stack: 'w', data: base, silent: true, itemStyle: { color: 'transparent' }, barWidth: '58%' },
        { type: 'bar', stack: 'w', data: bars, barWidth: '58%',
          label: Object.assign(font(12, 600, css('ink')), { show: true, position: 'top', formatter: function (p) { return words(steps[p.dataIndex]); } }),
          markLine: { z: 1, silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: css('mute-fill'), width: 1, type: 'solid', opacity: .7 }, data: lines } }
      ]
    };
  };

  K.curve = function (d) {
    function sorted(p) { return p.map(function (q) { return [Number(q[0]), Number(q[1])]; }).sort(function (a, b) { return a[0] - b[0]; }); }
    function full(p) { return [[Number(d.xmin), p[0][1]]].concat(p, [[Number(d.xmax), p[p.length - 1][1]]]); }
    var pts = sorted(d.points), last = pts.length - 1;
    var lab = font(11.5, 400, css('ink-2'));
    return {
      tooltip: Object.assign(tip(), { trigger: 'item', formatter: function (p) { return p.value[0] + (d.unit || '') + ' → ' + Number(p.value[1]).toFixed(2); } }),
      grid: { left: 34, right: 22, top: d.old ? 50 : 26, bottom: 36 },
      legend: d.old ? { top: 0, left: 30, itemWidth: 16, itemHeight: 3, icon: 'roundRect', textStyle: font(12), data: [d.oldName, d.newName] } : { show: false },
      xAxis: axis({ type: 'value', min: Number(d.xmin), max: Number(d.xmax), name: d.xname, nameLocation: 'middle', nameGap: 22, nameTextStyle: font(11.5, 400, css('ink-3')), splitLine: { show: false } }),
      yAxis: axis({ type: 'value', min: 0, max: Number(d.weight), interval: d.interval, splitNumber: 4, name: d.yname || '', nameGap: 10, nameTextStyle: font(11.5, 400, css('ink-3')), axisLine: { show: false } }),
      series: [
        d.old ? { name: d.oldName, type: 'line', data: full(sorted(d.old)), symbol: 'none', lineStyle: { width: 1.5, type: [5, 4], color: css('mute-fill') }, itemStyle: { color: css('mute-fill') } } : null,
        { name: d.newName || '', type: 'line', data: full(pts), symbol: 'none', lineStyle: { width: 2.25, color: css('c1') }, itemStyle: { color: css('c1') }, areaStyle: { color: css('c1'), opacity: .08 } },
        { type: 'scatter', symbolSize: 9, itemStyle: { color: css('surface'), borderColor: css('c1'), borderWidth: 2 },
          label: Object.assign({}, lab, { show: true, formatter: function (p) { return p.value[0] + (d.unit || '') + ' → ' + Number(p.value[1]).toFixed(1); } }),
          data: pts.map(function (p, i) { return { value: p, label: i === 0 ? { position: 'top', offset: [-24, 0] } : i === last ? { position: 'top', offset: [-14, 0] } : { position: 'right', offset: [2, 9] } }; }) },
        d.test == null ? null : { type: 'scatter', data: [[Number(d.test), Number(d.testScore)]], symbolSize: 11, symbol: 'diamond', itemStyle: { color: css('c2') }, z: 5, markLine: { z: 1, silent: true, symbol: 'none', lineStyle: { color: css('c2'), type: [4, 3], width: 1 }, label: { show: false }, data: [[{ coord: [Number(d.test), 0] }, { coord: [Number(d.test), Number(d.testScore)] }], [{ coord: [Number(d.xmin), Number(d.testScore)] }, { coord: [Number(d.test), Number(d.testScore)] }]] } }
      ].filter(Boolean)
    };
  };

  K.columns = function (d) {
    return {
      tooltip: Object.assign(tip(), { trigger: 'axis', axisPointer: { type: 'shadow', shadowStyle: { color: css('surface-3'), opacity: .5 } } }), grid: { left: 34, right: 8, top: 26, bottom: 22 },
      legend: { top: 0, right: 0, itemWidth: 10, itemHeight: 10, textStyle: font(12) },
      xAxis: axis({ type: 'category', data: d.x, splitLine: { show: false } }), yAxis: axis({ type: 'value', max: d.max, axisLine: { show: false }, splitNumber: 3 }),
      series: d.series.map(function (s) { return { name: s.name, type: 'bar', stack: 'a', barWidth: d.barWidth || 16, data: numbers(s.data), itemStyle: { color: css(s.color) } }; })
    };
  };

  function AnChart() { return Reflect.construct(HTMLElement, [], AnChart); }
  AnChart.prototype = Object.create(HTMLElement.prototype);
  AnChart.prototype.constructor = AnChart;
  AnChart.prototype.connectedCallback = function () {
    var me = this;
    if (me._on) return; me._on = true;
    me.classList.add('an-chart');
    me.style.height = (me.getAttribute('height') || 240) + 'px';
    me.setAttribute('role', 'img');
    var from = me.getAttribute('data'), src = from && document.querySelector(from);
    me.value = me.value || (src ? JSON.parse(src.textContent) : {});
    me._c = window.echarts.init(me, null, { renderer: 'svg' });
    me.draw();
    me._t = function () { me.draw(); }; me._r = function () { me._c.resize(); me.draw(); };
    document.addEventListener('an:theme', me._t); document.addEventListener('an:resize', me._r); window.addEventListener('resize', me._r); window.addEventListener('beforeprint', me._r);
  };
  AnChart.prototype.disconnectedCallback = function () {
    document.removeEventListener('an:theme', this._t); document.removeEventListener('an:resize', this._r); window.removeEventListener('resize', this._r); window.removeEventListener('beforeprint', this._r);
    if (this._c) this._c.dispose(); this._on = false;
  };
  AnChart.prototype.draw = function () {
    if (!this.value || !Object.keys(this.value).length) return;
    var o = K[this.getAttribute('kind')](this.value, this.clientWidth);
    o.animation = false; o.textStyle = font(12);
    this._c.setOption(o, true);
  };
  Object.setPrototypeOf(AnChart, HTMLElement);
  customElements.define('an-chart', AnChart);
})();
