/* <annales-timeline>: the server's timeline, painted on a canvas where there are too many spans for
   SVG, or where somebody looks closer at some years of it.

   <annales-timeline src="/v1/feeds/columns?…" d3="/static/vendor/d3/d3.js" spans="20000" above="2000"
     to="/records/{id}" label="…" data-words='{"in": …, "out": …, "all": …}'> what the server drew </annales-timeline>

   Up to `above` spans nothing happens until `focusOn` is called: the server's drawing stays, as it does
   where the columns or D3 cannot be had, and on paper. Which days are in sight is told by the event
   `annales:sight`. Days are whole numbers from 1970-01-01, an end that is not known is
   null, and what is drawn means the same as in the server's drawings. One tab stop: arrows go from
   span to span and from lane to lane, + and − zoom, Home and End lead to the ends of a lane, Enter
   opens the record; what is reached is said in an <output>. The wheel zooms with Ctrl or Shift only. */

const YEAR = 365.2425;
const LANE = 20, HEAD = 26, AXIS = 24, TIP = 6, FOOT = 4;
const PLANNED = 1, DISPUTED = 2, CONTESTED = 4;
const NARROWEST = 21;
const FAR = Number.MAX_VALUE;

class AnnalesTimeline extends HTMLElement {
  connectedCallback() {
    if (this.begun) return;
    this.begun = true;
    const spans = Number(this.getAttribute("spans") ?? Infinity);
    const above = Number(this.getAttribute("above") ?? 2000);
    if (spans > above && this.hasAttribute("src")) this.load();
    else this.lent = true;
  }

  disconnectedCallback() {
    this.painter?.end();
  }

  load() {
    this.loading ??= this.loadOnce();
    return this.loading;
  }

  async loadOnce() {
    try {
      const [d3, data] = await Promise.all([this.library(), this.columns()]);
      if (this.isConnected) this.show(d3, data); // else the page was turned meanwhile
    } catch (refused) {
      // What the server drew says as much; why there is no more than that stands here.
      this.dataset.painted = "no";
      this.dataset.refused = String(refused);
      this.loading = null;
    }
  }

  /* Paint, however few spans there are, and show some days. */
  async focusOn(first, last) {
    await this.load();
    this.painter?.showDays(first, last);
  }

  /* All days again; where the canvas was only lent, by the server's drawing. */
  unfocus() {
    if (!this.painter) return;
    this.dispatchEvent(new CustomEvent("annales:whole", { bubbles: true }));
    if (!this.lent) return this.painter.showAll();
    this.painter.end();
    this.painter = this.loading = null;
    this.append(...this.server.childNodes);
    this.server.remove();
    this.server = null;
    delete this.dataset.painted;
    this.tell(null);
  }

  tell(days) {
    this.dispatchEvent(new CustomEvent("annales:sight", { detail: days, bubbles: true }));
  }

  library() {
    return import(new URL(this.getAttribute("d3"), document.baseURI));
  }

  async columns() {
    const answer = await fetch(this.getAttribute("src"));
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return answer.json();
  }

  /* Paint what a feed of columns holds. Gives the painter. */
  show(d3, data) {
    this.painter?.end();
    if (!this.server) {
      this.server = document.createElement("div");
      this.server.className = "at-server";
      this.server.append(...this.childNodes);
      this.append(this.server);
    }
    this.painter = new Painter(this, d3, new Spans(data));
    this.dataset.painted = "canvas";
    return this.painter;
  }
}

/* The columns as typed arrays, the spans of a lane beside each other and in the order of their days. */
class Spans {
  constructor(data) {
    const { columns } = data;
    const count = columns.lane.length;
    this.count = count;
    this.data = data;
    this.status = Uint8Array.from(columns.status);
    this.flags = Uint8Array.from(columns.flags);
    this.lane = Int32Array.from(columns.lane);
    this.start = Float64Array.from(columns.start);
    this.certain = Float64Array.from(columns.start_latest);
    this.ends = Float64Array.from(columns.end_earliest, (day) => day ?? FAR);
    this.gone = Float64Array.from(columns.end, (day) => day ?? FAR);
    const lanes = data.lanes.length;
    this.from = new Int32Array(lanes + 1);
    for (const lane of columns.lane) this.from[lane + 1] += 1;
    for (let lane = 0; lane < lanes; lane += 1) this.from[lane + 1] += this.from[lane];
    // How far the spans of a lane up to here reach, so that the first one in view can be searched for.
    this.reach = new Float64Array(count);
    for (let lane = 0; lane < lanes; lane += 1) {
      let far = -FAR;
      for (let i = this.from[lane]; i < this.from[lane + 1]; i += 1) {
        if (this.lane[i] !== lane || (i > this.from[lane] && this.start[i] < this.start[i - 1])) {
          throw new Error("the columns are not in order");
        }
        // Bars that begin vaguely may be seen beyond their end.
        far = Math.max(far, this.gone[i], this.certain[i]);
        this.reach[i] = far;
      }
    }
  }

  /* The first span of a lane that is seen on or after a day. */
  firstSeen(lane, day) {
    let low = this.from[lane], high = this.from[lane + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.reach[middle] < day) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  title(i) {
    const { data } = this, { columns, texts, words } = data;
    const lane = data.lanes[this.lane[i]].name;
    const own = columns.title[i];
    const name = own ?? `${lane}: ${data.statuses[this.status[i]].name}`;
    const marks = [];
    if (this.flags[i] & PLANNED) marks.push(words.planned);
    if (this.flags[i] & DISPUTED) marks.push(words.disputed);
    if (this.flags[i] & CONTESTED) marks.push(words.contested);
    const dates = [texts[columns.start_text[i]], texts[columns.end_text[i]]].filter(Boolean);
    if (this.gone[i] === FAR) dates.push(words.open);
    return `${name}${marks.length ? ` (${marks.join(", ")})` : ""}, ${dates.join(" – ")}`;
  }
}

class Painter {
  constructor(element, d3, spans) {
    this.element = element;
    this.d3 = d3;
    this.spans = spans;
    this.lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
    this.at = -1;
    this.cursor = spans.data.at;
    this.names = spans.data.lanes.map(() => [0, 0]);
    this.controller = new AbortController();
    this.layRows();
    this.build();
    this.readTheme();
    this.weigh();
    this.listen();
    this.resize();
  }

  end() {
    this.d3.select(this.scroller).interrupt();
    cancelAnimationFrame(this.asked);
    this.asked = true;
    this.controller.abort();
    this.observer.disconnect();
    this.root.remove();
  }

  // --- what there is in the document

  build() {
    const make = (name, className) => Object.assign(document.createElement(name), { className });
    const words = JSON.parse(this.element.dataset.words ?? "{}");
    this.root = make("div", "at");
    this.box = make("div", "at-box");
    this.axis = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.axis.setAttribute("class", "at-axis");
    this.axis.setAttribute("aria-hidden", "true");
    this.canvas = make("canvas", "at-canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    this.context = this.canvas.getContext("2d");
    this.scroller = make("div", "at-scroll");
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute("role", "group");
    this.scroller.setAttribute("aria-roledescription", words.timeline ?? "timeline");
    this.scroller.setAttribute("aria-label", this.element.getAttribute("label") ?? "Timeline");
    this.size = make("div", "at-size");
    this.size.style.height = `${this.height}px`;
    this.scroller.append(this.size);
    this.tip = make("div", "at-tip");
    this.tip.hidden = true;
    this.box.append(this.axis, this.canvas, this.scroller, this.tip);
    this.live = make("output", "at-live");
    this.live.setAttribute("aria-live", "polite");
    const tools = make("div", "at-tools");
    for (const [sign, word, act] of [
      ["−", words.out ?? "Zoom out", () => this.zoomBy(1 / 2)],
      ["+", words.in ?? "Zoom in", () => this.zoomBy(2)],
      [words.all ?? "All", "", () => this.element.unfocus()],
    ]) {
      // The keys + and − do the same, so that these need be no tab stops.
      const button = make("button", "at-tool");
      button.type = "button";
      button.tabIndex = -1;
      button.textContent = sign;
      if (word) button.setAttribute("aria-label", word);
      button.addEventListener("click", act);
      tools.append(button);
    }
    const foot = make("div", "at-foot");
    foot.append(this.live, tools);
    this.root.append(this.box, foot);
    this.element.append(this.root);
  }

  /* Where each lane and each heading begins. */
  layRows() {
    const { lanes, groups } = this.spans.data;
    const names = new Map(groups.map((group) => [group.id, group.name]));
    this.rows = [];
    this.rowOf = new Int32Array(lanes.length);
    let top = 0, group = null;
    lanes.forEach((lane, index) => {
      if (lane.group !== group) {
        group = lane.group;
        if (names.get(group)) {
          this.rows.push({ top, lane: -1, name: names.get(group) });
          top += HEAD;
        }
      }
      this.rowOf[index] = this.rows.length;
      this.rows.push({ top, lane: index, name: lane.name });
      top += LANE;
    });
    this.height = top + FOOT;
  }

  // --- the look

  readTheme() {
    const style = getComputedStyle(this.element);
    const value = (name) => style.getPropertyValue(`--${name}`).trim();
    const sans = value("sans") || "sans-serif";
    this.fonts = [`400 11.5px ${sans}`, `700 11.5px ${sans}`, `700 13px ${sans}`];
    this.ink = Object.fromEntries(
      ["paper", "ink", "ink-2", "ink-3", "rule", "rule-2", "seal", "seal-wash"].map((name) => [name, value(name)]),
    );
    const kinds = { milestone: "k-milestone", discovery: "k-discovery", policy: "k-policy" };
    this.looks = this.spans.data.statuses.map((status) => {
      const colour = value(status.id) || value(kinds[status.id] ?? "k-indicator");
      return { ...status, colour, fill: this.texture(status.id, colour) };
    });
    this.names.forEach((widths) => widths.fill(0));
  }

  texture(status, colour) {
    const draw = {
      "proposed": [4, 4, (pen) => pen.fillRect(0, 0, 2.6, 4)],
      "under-construction": [5, 5, (pen) => {
        pen.lineWidth = 2;
        for (const shift of [-5, 0, 5]) {
          pen.beginPath();
          pen.moveTo(shift - 1, 6);
          pen.lineTo(shift + 6, -1);
          pen.stroke();
        }
      }],
      "completed": [4, 4, (pen) => this.striped(pen)],
      "commissioning": [4, 4, (pen) => this.striped(pen)],
      "suspended": [4, 4, (pen) => { pen.fillRect(0, 0, 2, 2); pen.fillRect(2, 2, 2, 2); }],
    }[status];
    if (!draw) return colour;
    const [width, height, paint] = draw;
    const ratio = Math.ceil(devicePixelRatio);
    const tile = document.createElement("canvas");
    tile.width = width * ratio;
    tile.height = height * ratio;
    const pen = tile.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = this.ink.paper;
    if (status !== "proposed") pen.fillRect(0, 0, width, height);
    pen.fillStyle = pen.strokeStyle = colour;
    paint(pen);
    const pattern = this.context.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / ratio));
    return pattern;
  }

  striped(pen) {
    pen.globalAlpha = 0.28;
    pen.fillRect(0, 0, 4, 4);
    pen.globalAlpha = 1;
    pen.fillRect(0, 0, 2, 4);
  }

  /* How each lane's name is set: 2 where it runs at the cursor, 1 where it is on its way, else 0. */
  weigh() {
    const { spans } = this, { statuses } = spans.data;
    this.weights = new Uint8Array(spans.data.lanes.length);
    for (let i = 0; i < spans.count; i += 1) {
      if (spans.start[i] > this.cursor || spans.flags[i] & PLANNED) continue;
      const status = statuses[spans.status[i]], lane = spans.lane[i];
      if (status.closes) this.weights[lane] = 0;
      else if (status.height && spans.gone[i] > this.cursor) {
        this.weights[lane] = Math.max(this.weights[lane], status.id === "operating" ? 2 : 1);
      }
    }
  }

  // --- size, zoom and pan

  resize() {
    const width = this.scroller.clientWidth, height = this.scroller.clientHeight;
    if (!width || !height) return;
    const before = this.width;
    this.width = width;
    this.tall = height;
    this.domain = this.domainOfStrip() ?? this.domain ?? this.wholeDomain();
    this.base = this.d3.scaleLinear(this.domain, [0, width]);
    this.zoom
      .extent([[0, 0], [width, height]])
      .translateExtent([[0, 0], [width, height]])
      .scaleExtent([1, Math.max((this.domain[1] - this.domain[0]) / NARROWEST, 1)]);
    if (before && before !== width) {
      const { x, k } = this.d3.zoomTransform(this.scroller);
      const moved = this.d3.zoomIdentity.translate((x * width) / before, 0).scale(k);
      this.d3.select(this.scroller).call(this.zoom.transform, moved);
    }
    this.soon();
  }

  /* The days at both edges by the strip of years over the canvas, so that one year stands in one place
     in both; null where no strip is in sight. */
  domainOfStrip() {
    const strip = [...this.element.querySelectorAll("svg.strip")].find((each) => each.checkVisibility());
    if (!strip) return null;
    const [first, last] = strip.dataset.days.split(" ").map(Number);
    const [left, right] = strip.dataset.x.split(" ").map(Number);
    const box = strip.getBoundingClientRect(), here = this.scroller.getBoundingClientRect();
    const wide = box.width / strip.viewBox.baseVal.width;
    const days = (last + 1 - first) / ((right - left) * wide);
    const begins = first - (box.left + left * wide - here.left) * days;
    return [begins, begins + this.width * days];
  }

  /* All days, with so much room at the left that the names of the lanes that begin first fit. */
  wholeDomain() {
    const { first, last } = this.spans.data.view, { spans } = this;
    const right = this.width - TIP - 4;
    let left = 8;
    for (let lane = 0; lane < spans.data.lanes.length; lane += 1) {
      const share = (spans.start[spans.from[lane]] - first) / (last - first);
      if (share < 0.5) left = Math.max(left, (this.nameWidth(lane) + 12 - share * right) / (1 - share));
    }
    left = Math.min(left, this.width * 0.4);
    const days = (last - first) / (right - left);
    return [first - left * days, last + (this.width - right) * days];
  }

  nameWidth(lane) {
    const bold = this.weights[lane] === 2 ? 1 : 0;
    const kept = this.names[lane];
    if (!kept[bold]) {
      this.context.font = this.fonts[bold];
      kept[bold] = this.context.measureText(this.spans.data.lanes[lane].name).width;
    }
    return kept[bold];
  }

  listen() {
    const { d3, scroller } = this, { signal } = this.controller;
    const on = (target, names, act, more = {}) => {
      for (const name of names.split(" ")) target.addEventListener(name, act, { signal, ...more });
    };
    this.zoom = d3.zoom()
      .filter((event) => {
        if (event.type === "wheel") return event.ctrlKey || event.shiftKey;
        if (event.type === "dblclick") return false;
        if (event.type === "touchstart") return event.touches.length > 1;
        return !event.button && !event.ctrlKey && event.offsetX < scroller.clientWidth;
      })
      // With Shift the wheel turns sideways.
      .wheelDelta((event) => -(event.deltaY || event.deltaX) * [0.002, 0.05, 1][event.deltaMode])
      .on("start", ({ sourceEvent }) => {
        if (sourceEvent?.type === "mousedown") this.drag = [sourceEvent.clientY, scroller.scrollTop];
      })
      .on("zoom", ({ sourceEvent }) => {
        if (sourceEvent?.type === "mousemove" && this.drag) {
          scroller.scrollTop = this.drag[1] - (sourceEvent.clientY - this.drag[0]);
        }
        this.tip.hidden = true;
        this.soon();
      })
      .on("end", () => { this.drag = null; });
    d3.select(scroller).call(this.zoom).on("dblclick.zoom", null);

    on(scroller, "scroll focus blur", () => this.soon());
    on(scroller, "keydown", (event) => this.key(event));
    on(scroller, "click", (event) => {
      const hit = this.hit(event);
      if (hit >= 0) this.open(hit);
    });
    on(scroller, "pointermove", (event) => this.point(event));
    on(scroller, "pointerleave pointercancel", () => { this.tip.hidden = true; });
    this.swipe(on);
    on(document, "annales:year", ({ detail }) => this.moveCursor(detail));
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)", "print"]) {
      on(matchMedia(query), "change", () => { this.readTheme(); this.soon(); });
    }
    this.slow = matchMedia("(prefers-reduced-motion: reduce)");
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(scroller);
  }

  /* One finger moves the page up and down, as everywhere, and the timeline to the sides. */
  swipe(on) {
    const { scroller } = this;
    let finger = null, last = 0;
    on(scroller, "pointerdown", (event) => {
      finger = event.pointerType === "touch" && finger === null ? event.pointerId : null;
      last = event.clientX;
    });
    on(scroller, "pointermove", (event) => {
      if (event.pointerId !== finger) return;
      const { k } = this.d3.zoomTransform(scroller);
      this.zoom.translateBy(this.d3.select(scroller), (event.clientX - last) / k, 0);
      last = event.clientX;
    });
    on(scroller, "pointerup pointercancel", () => { finger = null; });
  }

  zoomBy(factor, middle) {
    this.gently().call(this.zoom.scaleBy, factor, middle);
  }

  showAll() {
    this.gently().call(this.zoom.transform, this.d3.zoomIdentity);
  }

  showDays(first, last) {
    this.resize();
    const left = this.base(first), wide = Math.max(this.base(last) - left, 1);
    const most = this.zoom.scaleExtent()[1];
    const k = Math.min(this.width / wide, most);
    const x = (this.width - k * wide) / 2 - k * left;
    this.gently().call(this.zoom.transform, this.d3.zoomIdentity.translate(x, 0).scale(k));
  }

  gently() {
    const scroller = this.d3.select(this.scroller);
    return this.slow.matches ? scroller : scroller.transition().duration(160);
  }

  moveCursor(year) {
    this.cursor = year === null ? this.spans.data.at : day(year + 1) - 1;
    this.weigh();
    this.soon();
  }

  // --- painting

  soon() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      if (this.width) this.paint();
    });
  }

  paint() {
    const began = performance.now();
    const { context: pen, width, tall } = this;
    const ratio = devicePixelRatio;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(tall * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(tall * ratio);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${tall}px`;
    }
    if (ratio !== this.ratio) {
      this.ratio = ratio;
      this.readTheme();
    }
    const scale = this.d3.zoomTransform(this.scroller).rescaleX(this.base);
    const [first, last] = scale.domain();
    this.seen = { first, last, per: width / (last - first) };
    this.x = (at) => (at - first) * this.seen.per;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, tall);
    const ticks = ticksOf(first, last, width, this.lang);
    this.drawAxis(scale, ticks);
    this.drawGround(ticks);
    const top = this.scroller.scrollTop;
    const rows = [];
    for (let row = this.rowAt(top); row < this.rows.length && this.rows[row].top < top + tall; row += 1) {
      rows.push(this.rows[row]);
    }
    this.drawn = 0;
    for (const row of rows) if (row.lane >= 0) this.drawLane(row.lane, row.top - top + LANE - 4);
    this.drawClocks();
    for (const row of rows) this.drawName(row, row.top - top);
    this.drawFocus(top);
    this.painted = performance.now() - began;
    if (this.told?.[0] !== first || this.told?.[1] !== last) {
      this.told = [first, last];
      const { k } = this.d3.zoomTransform(this.scroller);
      this.element.tell(k > 1 ? { first, last } : null);
    }
  }

  /* The last row that begins at or above a height. */
  rowAt(top) {
    let low = 0, high = this.rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.rows[middle].top <= top) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  drawAxis(scale, ticks) {
    // A label that would be cut is left out.
    const whole = ({ day: at, text }) => Math.min(this.x(at), this.width - this.x(at)) >= text.length * 3.2 + 2;
    const texts = new Map(ticks.filter(whole).map((tick) => [tick.day, tick.text]));
    const axis = this.d3.axisTop(scale)
      .tickValues(ticks.map((tick) => tick.day)).tickFormat((at) => texts.get(at)).tickSize(5);
    this.axis.setAttribute("width", this.width);
    this.axis.setAttribute("height", AXIS);
    this.d3.select(this.axis).selectAll("g").data([0]).join("g")
      .attr("transform", `translate(0 ${AXIS - 1})`).call(axis);
  }

  drawGround(ticks) {
    const { context: pen, tall, cursor } = this;
    const begins = this.x(day(yearOf(cursor))), ends = this.x(cursor + 1);
    pen.globalAlpha = 0.75;
    pen.fillStyle = this.ink["seal-wash"];
    pen.fillRect(begins, 0, ends - begins, tall);
    for (const tick of ticks) {
      pen.globalAlpha = tick.major ? 1 : 0.5;
      pen.fillStyle = this.ink.rule;
      pen.fillRect(Math.round(this.x(tick.day)), 0, 1, tall);
    }
    pen.globalAlpha = 1;
  }

  drawLane(lane, base) {
    const { spans, seen, context: pen } = this;
    pen.globalAlpha = 0.55;
    pen.fillStyle = this.ink.rule;
    pen.fillRect(0, base, this.width, 1);
    pen.globalAlpha = 1;
    const painted = new Int32Array(this.looks.length).fill(-1);
    const above = [];
    const to = spans.from[lane + 1];
    for (let i = spans.firstSeen(lane, seen.first - 12 / seen.per); i < to && spans.start[i] <= seen.last; i += 1) {
      const look = this.looks[spans.status[i]];
      const start = this.x(spans.start[i]), end = this.x(this.ends(i));
      if (end < -12) continue;
      const planned = spans.flags[i] & PLANNED;
      if (look.closes || !look.height) {
        above.push(i);
        continue;
      }
      if (end - start < 1) {
        // Many spans that are less than a pixel wide are one column.
        const column = Math.round(start);
        if (painted[spans.status[i]] === column) continue;
        painted[spans.status[i]] = column;
        pen.fillStyle = look.colour;
        pen.fillRect(column, base - look.height, 1, look.height);
        this.drawn += 1;
        continue;
      }
      this.drawn += 1;
      if (planned) this.hollow(start, end, base, look);
      else this.bar(i, start, end, base, look);
      if (spans.flags[i] & CONTESTED) this.contested(this.x(spans.certain[i]), base - look.height);
    }
    let column = -1;
    for (const i of above) {
      const at = Math.round(this.x((spans.start[i] + spans.certain[i]) / 2));
      if (at === column) continue;
      column = at;
      this.drawn += 1;
      if (this.looks[spans.status[i]].closes) {
        this.closing(i, base);
        if (spans.flags[i] & CONTESTED) this.contested(this.x(spans.certain[i]), base - 14);
      }
      else this.event(i, base);
    }
  }

  /* The last day of a span: one that runs on does so up to what is known of. */
  ends(i) {
    const { spans } = this;
    if (spans.gone[i] !== FAR) return spans.gone[i];
    const { stated, at } = spans.data;
    return Math.max(spans.flags[i] & PLANNED ? Math.max(stated, at) : stated, spans.certain[i]) + 1;
  }

  bar(i, start, end, base, look) {
    const { spans, context: pen } = this;
    const certain = Math.min(this.x(spans.certain[i]), end);
    const open = spans.gone[i] === FAR;
    const falls = open ? end : Math.max(this.x(spans.ends[i]), certain);
    const top = base - look.height;
    pen.fillStyle = look.fill;
    const disputed = spans.flags[i] & DISPUTED ? 0.4 : 1;
    // Bars far wider than the screen are drawn as wide as it is.
    const left = Math.max(certain, -20), right = Math.min(falls, this.width + 20);
    this.fade(start, certain, top, look.height, 1, disputed);
    pen.globalAlpha = disputed;
    if (open) {
      pen.beginPath();
      pen.moveTo(left, top);
      pen.lineTo(right, top);
      pen.lineTo(right + TIP, top + look.height / 2);
      pen.lineTo(right, base);
      pen.lineTo(left, base);
      pen.closePath();
      pen.fill();
    } else if (right > left) {
      pen.fillRect(left, top, right - left, look.height);
    }
    if (look.id === "approved") {
      pen.fillStyle = this.ink.paper;
      pen.fillRect(left + 1, top + 1, right - left - 2, look.height - 2);
      pen.fillStyle = look.fill;
    }
    if (!open) this.fade(falls, end, top, look.height, -1, disputed);
    pen.globalAlpha = 1;
  }

  /* An edge that may lie anywhere between two days, from nothing to the full bar or back. */
  fade(from, to, top, height, rising, full) {
    const wide = to - from;
    if (wide < 0.5 || to < 0 || from > this.width) return;
    const { context: pen } = this;
    const steps = Math.min(Math.ceil(wide / 2), 24);
    for (let step = 0; step < steps; step += 1) {
      const share = (step + 0.5) / steps;
      pen.globalAlpha = full * (rising > 0 ? share : 1 - share);
      const left = from + (wide * step) / steps;
      pen.fillRect(left, top, wide / steps, height);
    }
    pen.globalAlpha = 1;
  }

  hollow(start, end, base, look) {
    const { context: pen } = this;
    const left = Math.max(start, -20), right = Math.min(end, this.width + 20);
    pen.globalAlpha = 0.6;
    pen.fillStyle = this.ink.paper;
    pen.fillRect(left, base - look.height, right - left, look.height);
    pen.globalAlpha = 1;
    pen.strokeStyle = look.colour;
    pen.lineWidth = 1;
    pen.setLineDash([3, 2]);
    pen.strokeRect(left + 0.5, base - look.height + 0.5, Math.max(right - left - 1, 1), look.height - 1);
    pen.setLineDash([]);
  }

  /* A ring over the beginning of a bar whose date is contested. */
  contested(x, y) {
    const { context: pen } = this;
    pen.beginPath();
    pen.arc(x, y, 2.4, 0, 2 * Math.PI);
    pen.fillStyle = this.ink.paper;
    pen.fill();
    pen.strokeStyle = this.ink.seal;
    pen.lineWidth = 1.2;
    pen.stroke();
  }

  /* Closed for good: an upright stroke, with a cross where it was cancelled. */
  closing(i, base) {
    const { spans, context: pen } = this;
    const vague = this.x(spans.start[i]), at = this.x(spans.certain[i]);
    pen.strokeStyle = this.ink["ink-3"];
    pen.lineWidth = 1;
    pen.setLineDash([1, 1.5]);
    if (at - vague > 3) this.line(vague, base - 1, at, base - 1);
    pen.strokeStyle = this.ink["ink-2"];
    pen.lineWidth = 1.8;
    pen.setLineDash(spans.flags[i] & PLANNED ? [2, 1.5] : []);
    this.line(at, base - 14, at, base);
    if (this.looks[spans.status[i]].id === "cancelled") {
      this.line(at - 3.5, base - 10.5, at + 3.5, base - 3.5);
      this.line(at + 3.5, base - 10.5, at - 3.5, base - 3.5);
    }
    pen.setLineDash([]);
  }

  line(x1, y1, x2, y2) {
    const { context: pen } = this;
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
  }

  /* A discovery is a white disc, a promise a red diamond, a policy a bar, whatever else a small disc. */
  event(i, base) {
    const { spans, context: pen } = this;
    const look = this.looks[spans.status[i]];
    const start = this.x(spans.start[i]), certain = this.x(spans.certain[i]), middle = base - 6;
    if (this.ends(i) > spans.certain[i] + 1) {
      pen.fillStyle = look.colour;
      const left = Math.max(start, -20);
      pen.fillRect(left, base - 8, Math.min(this.x(this.ends(i)), this.width + 20) - left, 8);
      return;
    }
    const at = (start + certain) / 2;
    pen.lineWidth = 1;
    if (certain - start > 8) {
      pen.strokeStyle = this.ink["ink-3"];
      pen.setLineDash([1, 1.5]);
      this.line(start, middle, certain, middle);
      pen.setLineDash([]);
    }
    pen.beginPath();
    if (spans.flags[i] & PLANNED) {
      pen.moveTo(at, middle - 4);
      pen.lineTo(at + 4, middle);
      pen.lineTo(at, middle + 4);
      pen.lineTo(at - 4, middle);
      pen.closePath();
    } else {
      pen.arc(at, middle, 2.6, 0, 7);
    }
    pen.lineWidth = 1.2;
    pen.fillStyle = look.id === "discovery" || spans.flags[i] & PLANNED ? this.ink.paper : look.colour;
    pen.strokeStyle = spans.flags[i] & PLANNED ? this.ink.seal : this.ink.ink;
    pen.fill();
    pen.stroke();
  }

  drawClocks() {
    const { context: pen, tall, width } = this, { stated, at } = this.spans.data;
    const x = this.x(this.cursor + 1);
    if (x < width) {
      pen.globalAlpha = 0.56;
      pen.fillStyle = this.ink.paper;
      pen.fillRect(Math.max(x, 0), 0, width - Math.max(x, 0), tall);
      pen.globalAlpha = 1;
    }
    if (stated !== at) {
      pen.strokeStyle = this.ink.ink;
      pen.lineWidth = 1.5;
      pen.setLineDash([2, 3]);
      this.line(this.x(stated + 1), 0, this.x(stated + 1), tall);
      pen.setLineDash([]);
    }
    pen.fillStyle = this.ink.seal;
    pen.fillRect(x - 0.75, 0, 1.5, tall);
  }

  /* A lane's name stands to the left of its first mark, and stays in sight when that is gone. */
  drawName(row, top) {
    const { context: pen, spans, width } = this;
    pen.lineJoin = "round";
    pen.textBaseline = "alphabetic";
    pen.strokeStyle = this.ink.paper;
    pen.lineWidth = 3;
    if (row.lane < 0) {
      pen.fillStyle = this.ink["rule-2"];
      pen.fillRect(4, top, width - 8, 1);
      pen.font = this.fonts[2];
      pen.fillStyle = this.ink.ink;
      pen.strokeText(row.name, 8, top + 17);
      pen.fillText(row.name, 8, top + 17);
      return;
    }
    const weight = this.weights[row.lane], wide = this.nameWidth(row.lane);
    const first = this.x(spans.start[spans.from[row.lane]]);
    const x = Math.min(Math.max(first - 6 - wide, 4), width - wide - 6);
    const baseline = top + LANE - 6;
    if (first < x + wide) {
      pen.globalAlpha = 0.8;
      pen.fillStyle = this.ink.paper;
      pen.fillRect(x - 3, top + 3, wide + 6, LANE - 7);
      pen.globalAlpha = 1;
    }
    pen.font = this.fonts[weight === 2 ? 1 : 0];
    pen.fillStyle = weight ? this.ink.ink : this.ink["ink-3"];
    pen.strokeText(row.name, x, baseline);
    pen.fillText(row.name, x, baseline);
  }

  drawFocus(top) {
    if (this.at < 0 || document.activeElement !== this.scroller) return;
    const { context: pen } = this;
    const [left, right] = this.extent(this.at);
    const row = this.rows[this.rowOf[this.spans.lane[this.at]]];
    pen.strokeStyle = this.ink.seal;
    pen.lineWidth = 2;
    const x = Math.max(left - 3, -4);
    pen.strokeRect(x, row.top - top + 1, Math.min(right + 3, this.width + 4) - x, LANE - 3);
  }

  /* The pixels of a span, from side to side; a mark has some width too. */
  extent(i) {
    const { spans } = this, look = this.looks[spans.status[i]];
    const point = look.closes || (!look.height && this.ends(i) <= spans.certain[i] + 1);
    if (!point) return [this.x(spans.start[i]), Math.max(this.x(this.ends(i)), this.x(spans.start[i]) + 2)];
    const at = this.x(look.closes ? spans.certain[i] : (spans.start[i] + spans.certain[i]) / 2);
    return [at - 3, at + 3];
  }

  // --- the pointer

  hit(event) {
    const box = this.scroller.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top + this.scroller.scrollTop;
    if (x > this.width || !this.seen) return -1;
    const row = this.rows[this.rowAt(y)];
    if (!row || row.lane < 0 || y > row.top + LANE) return -1;
    const { spans } = this, day = this.seen.first + x / this.seen.per, near = 4 / this.seen.per;
    let found = -1;
    for (let i = spans.firstSeen(row.lane, day - near); i < spans.from[row.lane + 1]; i += 1) {
      if (spans.start[i] > day + near) break;
      const [left, right] = this.extent(i);
      // What is drawn above comes later, or has no height.
      if (x >= left - 2 && x <= right + 2 && (found < 0 || !this.looks[spans.status[found]].closes)) {
        if (found < 0 || !this.looks[spans.status[i]].height || this.looks[spans.status[found]].height) found = i;
      }
    }
    return found;
  }

  point(event) {
    if (event.buttons || event.pointerType === "touch") return;
    const hit = this.hit(event);
    this.scroller.style.cursor = hit < 0 ? "" : "pointer";
    this.tip.hidden = hit < 0;
    if (hit < 0) return;
    const box = this.box.getBoundingClientRect();
    this.tip.textContent = this.spans.title(hit);
    const x = Math.min(event.clientX - box.left + 10, this.width - this.tip.offsetWidth - 4);
    const below = event.clientY - box.top + 16;
    const y = below + this.tip.offsetHeight > box.height ? below - this.tip.offsetHeight - 24 : below;
    this.tip.style.transform = `translate(${Math.max(x, 0)}px, ${y}px)`;
  }

  open(i) {
    const { records, columns } = this.spans.data;
    const url = (this.element.getAttribute("to") ?? "/records/{id}")
      .replace("{id}", encodeURIComponent(records[columns.record[i]]));
    const target = this.element.getAttribute("target");
    if (target) window.open(url, target, "noopener");
    else location.assign(url);
  }

  // --- the keyboard

  key(event) {
    if (event.altKey || event.metaKey || (event.ctrlKey && !["Home", "End"].includes(event.key))) return;
    const { spans, at } = this;
    const lane = at < 0 ? -1 : spans.lane[at];
    const act = {
      ArrowRight: () => this.go(at < 0 ? this.firstInView() : Math.min(at + 1, spans.from[lane + 1] - 1)),
      ArrowLeft: () => this.go(at < 0 ? this.firstInView() : Math.max(at - 1, spans.from[lane])),
      ArrowDown: () => this.go(at < 0 ? this.firstInView() : this.beside(lane + 1)),
      ArrowUp: () => this.go(at < 0 ? this.firstInView() : this.beside(lane - 1)),
      PageDown: () => this.go(at < 0 ? this.firstInView() : this.beside(lane + 10)),
      PageUp: () => this.go(at < 0 ? this.firstInView() : this.beside(lane - 10)),
      Home: () => this.go(at < 0 || event.ctrlKey ? 0 : spans.from[lane]),
      End: () => this.go(at < 0 || event.ctrlKey ? spans.count - 1 : spans.from[lane + 1] - 1),
      "+": () => this.zoomAtFocus(2),
      "=": () => this.zoomAtFocus(2),
      "-": () => this.zoomAtFocus(1 / 2),
      0: () => this.element.unfocus(),
      Enter: () => at >= 0 && this.open(at),
      Escape: () => { clearTimeout(this.saying); this.live.textContent = ""; this.at = -1; this.soon(); },
    }[event.key];
    if (!act || !spans.count) return;
    event.preventDefault();
    act();
  }

  firstInView() {
    const { spans, seen } = this;
    for (let row = this.rowAt(this.scroller.scrollTop); row < this.rows.length; row += 1) {
      const { lane } = this.rows[row];
      if (lane < 0) continue;
      const i = spans.firstSeen(lane, seen.first);
      if (i < spans.from[lane + 1] && spans.start[i] <= seen.last) return i;
    }
    return 0;
  }

  /* The span of another lane that lies nearest to where we are. */
  beside(lane) {
    const { spans, at } = this;
    const lanes = spans.data.lanes.length;
    const there = Math.min(Math.max(lane, 0), lanes - 1);
    let best = spans.from[there], least = FAR;
    for (let i = spans.from[there]; i < spans.from[there + 1]; i += 1) {
      const away = Math.abs(spans.start[i] - spans.start[at]);
      if (away < least) [best, least] = [i, away];
    }
    return best;
  }

  go(i) {
    this.at = i;
    const row = this.rows[this.rowOf[this.spans.lane[i]]], { scroller } = this;
    // The heading of a field is shown with its first lane.
    const above = this.rows[this.rowOf[this.spans.lane[i]] - 1];
    const top = above && above.lane < 0 ? above.top : row.top;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (row.top + LANE > scroller.scrollTop + this.tall) scroller.scrollTop = row.top + LANE - this.tall + FOOT;
    const [left, right] = this.extent(i);
    if (right < 8 || left > this.width - 8) {
      const middle = this.base((this.spans.start[i] + this.spans.certain[i]) / 2);
      this.d3.select(scroller).call(this.zoom.translateTo, middle, 0);
    }
    this.soon();
    this.say();
  }

  zoomAtFocus(factor) {
    if (this.at < 0) return this.zoomBy(factor);
    const [left, right] = this.extent(this.at);
    const x = Math.min(Math.max((left + right) / 2, 0), this.width);
    this.zoomBy(factor, [x, 0]);
  }

  /* Say where we are, once nothing has moved for a moment. */
  say() {
    clearTimeout(this.saying);
    this.saying = setTimeout(() => { this.live.textContent = this.spans.title(this.at); }, 150);
  }
}

// --- days and years

/* The number of the day on which a year, or a month of it, begins. */
function day(year, month = 0) {
  if (Math.abs(year) > 270000) return Math.round((year - 1970) * YEAR);
  const date = new Date(0);
  date.setUTCFullYear(year, month, 1);
  return date.getTime() / 86400000;
}

function yearOf(at) {
  const date = new Date(at * 86400000);
  return Number.isNaN(date.getTime()) ? Math.floor(1970 + at / YEAR) : date.getUTCFullYear();
}

function yearText(year, lang) {
  if (year > 0) return String(year);
  return lang === "zh" ? `公元前${1 - year}年` : `${1 - year} BC`;
}

/* Round days that are far enough apart for their labels: years, or months and days within them. */
function ticksOf(first, last, width, lang) {
  const perDay = width / (last - first), perYear = perDay * YEAR;
  const ticks = [];
  const from = yearOf(first), to = yearOf(last);
  if (perYear < 150) {
    const room = 16 + 7 * Math.max(yearText(from, lang).length, yearText(to, lang).length, 4);
    let step = 1;
    for (const factor = [2, 2.5, 2]; step * perYear < room; factor.push(factor.shift())) step *= factor[0];
    for (let year = Math.ceil(from / step) * step; year <= to; year += step) {
      const begins = day(year);
      if (begins >= first) ticks.push({ day: begins, text: yearText(year, lang), major: year % (step * 5) === 0 });
    }
    return ticks;
  }
  const months = new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", { month: "short", timeZone: "UTC" });
  const perMonth = perYear / 12;
  const step = [1, 2, 3, 6].find((each) => each * perMonth >= 60) ?? 6;
  const days = [1, 2, 5, 10].find((each) => each * perDay >= 60);
  for (let year = from; year <= to; year += 1) {
    for (let month = 0; month < 12; month += step) {
      const begins = day(year, month), next = day(year, month + 1);
      const name = months.format(Date.UTC(2000, month)); // a Date ends with the year 275760
      if (begins >= first && begins <= last) {
        ticks.push({ day: begins, text: month ? name : yearText(year, lang), major: month === 0 });
      }
      if (!days) continue;
      for (let at = begins + days; at <= next - days; at += days) {
        if (at < first || at > last) continue;
        ticks.push({ day: at, text: String(at - begins + 1), major: false });
      }
    }
  }
  return ticks;
}

customElements.define("annales-timeline", AnnalesTimeline);
export { AnnalesTimeline };
