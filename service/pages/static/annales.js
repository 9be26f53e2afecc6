/* What a page can do more where scripts run: the slider moves the cursor through the drawings and
   then shows the year where it came to rest, Play lets it run, arrows walk through the timeline, and
   whoever drags over the strip looks closer at some years. On a phone long parts of a page fold
   behind their headings. The page is whole without any of it, and what the script does not know of a
   year it dims, so that no page tells two years at once. */

"use strict";

(() => {
  const slow = matchMedia("(prefers-reduced-motion: reduce)");
  const phone = matchMedia("(max-width: 760px)");
  const rest = 300;  // milliseconds that the slider stands still before its year is shown

  let form, element;
  let page;     // aborts what the shown page has asked for outside itself
  let turning;  // aborts the page that is on its way

  addEventListener("popstate", () => { if (address() !== shown) turn(location.href); });
  let shown = address();
  begin();

  function begin() {
    page = new AbortController();
    form = document.querySelector("form.clock[data-year]");
    element = document.querySelector("annales-timeline");
    if (form && document.getElementById("bigyear")) cursor(form);
    if (element) lens(element);
    document.querySelectorAll("[data-timeline]").forEach(walk);
    const other = document.querySelector(".mast .lang a");
    // The years that are looked at closely go along to the other language.
    other?.addEventListener("click", () => { other.hash = location.hash; });
    if (phone.matches) {
      document.querySelectorAll("[data-few]").forEach(few);
      document.querySelectorAll("[data-fold]").forEach(fold);
    }
    reveal();
    addEventListener("hashchange", reveal, { signal: page.signal });
  }

  // --- parts that fold on a phone

  /* All of a part but its heading, which gets a button that opens it. */
  function fold(part) {
    const head = part.firstElementChild;
    const { open, close } = document.getElementById("main").dataset;
    const title = head.matches("h2, h3, caption") ? head : head.querySelector("h2");
    const name = title.textContent.trim().replace(/\s+/g, " ");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "unfold" });
    const turn = (folded) => {
      part.classList.toggle("folded", folded);
      button.setAttribute("aria-expanded", String(!folded));
      button.setAttribute("aria-label", `${folded ? open : close}: ${name}`);
      button.textContent = folded ? open : close;
    };
    part.unfold = () => turn(false);
    button.addEventListener("click", () => turn(!part.classList.contains("folded")));
    title.append(button);
    turn(true);
  }

  /* The first of many rows, and a button for the others. */
  function few(list) {
    const rows = [...list.children].filter((each) => !each.matches("caption, colgroup, thead"));
    const others = rows.slice(Number(list.dataset.few));
    if (others.length < 3) return;
    const words = document.getElementById("main").dataset.others.replace("{n}", others.length);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "unfold", textContent: words });
    others.forEach((each) => each.classList.add("beyond"));
    list.unfold = () => {
      others.forEach((each) => each.classList.remove("beyond"));
      button.remove();
    };
    button.addEventListener("click", list.unfold);
    (list.closest("table") ?? list).after(button);
  }

  /* What a link within the page leads to is open. */
  function reveal() {
    const end = linked();
    if (!end) return;
    const beyond = end.closest(".beyond");
    const folded = end.closest(".folded");
    beyond?.closest("[data-few]").unfold();
    folded?.unfold();
    if (beyond || folded) end.scrollIntoView();
  }

  /* What the address leads to in the page; whatever it says, it may lead to nothing. */
  function linked() {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null;  // it is no percent-encoding
    }
  }

  // --- another year of the same page, in its place

  function address() {
    return location.pathname + location.search;
  }

  function go(href) {
    return turn(href, () => history.pushState(null, "", href));
  }

  /* The page at an address takes the place of this one: the view stays where it is scrolled to, and
     the keyboard stays on the control that it was on. What cannot be taken so is opened as any link. */
  async function turn(href, arrive = () => {}) {
    turning?.abort();
    const { signal } = (turning = new AbortController());
    let next;
    try {
      const answer = await fetch(href, { headers: { Accept: "text/html" }, signal });
      if (!answer.ok) throw new Error(answer.status);
      next = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch (error) {
      if (!signal.aborted) location.assign(href);
      return;
    }
    if (signal.aborted) return;
    page.abort();
    arrive();
    shown = address();
    const held = ["scrub", "play"].find((name) => document.activeElement.classList.contains(name));
    const [left, top] = [scrollX, scrollY];
    const told = 'title, link[rel="canonical"], link[rel="alternate"], meta[name="description"], meta[property]';
    document.head.querySelectorAll(told).forEach((each) => each.remove());
    document.head.append(...next.head.querySelectorAll(told));
    document.body.replaceWith(next.body);
    begin();
    if (held) document.querySelector(`.${held}`)?.focus({ preventScroll: true });
    scrollTo({ left, top, behavior: "instant" });
  }

  // --- a form of this very page keeps the place on it, such as the years that are looked at closely

  document.addEventListener("submit", ({ target }) => {
    const action = target.getAttribute("action");
    if (target.method === "get" && action === location.pathname) target.action = action + location.hash;
  });

  // --- a link that copies its address where the browser lets it, and else leads there

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-copy]");
    if (!link || !navigator.clipboard || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(link.href);
    } catch {
      return location.assign(link.href);
    }
    link.dataset.text ??= link.textContent;
    link.textContent = link.dataset.copy;
    link.classList.add("copied");
    link.setAttribute("aria-live", "polite");
    setTimeout(() => {
      link.textContent = link.dataset.text;
      link.classList.remove("copied");
    }, 2000);
  });

  // --- the cursor

  function cursor(form) {
    const slider = form.querySelector(".scrub");
    const play = form.querySelector(".play");
    const input = form.querySelector("input[name=at]");
    const when = form.querySelector("select[name=when]");
    const big = document.getElementById("bigyear");
    const moved = document.getElementById("moved");
    const figures = document.querySelector(".figs");
    const drawings = [...document.querySelectorAll("svg[data-days]")].map(drawing);
    const loaded = Number(form.dataset.year);
    const loadedText = big.textContent;
    const loadedInput = input.defaultValue;
    const loadedWhen = [...when.options].find((each) => each.defaultSelected)?.value ?? when.value;
    let timer = null, resting = null;

    slider.hidden = false;
    play.hidden = false;

    slider.addEventListener("input", () => { pause(); turning?.abort(); show(Number(slider.value)); });
    slider.addEventListener("change", settle);
    play.addEventListener("click", () => (timer ? stop() : start()));
    form.addEventListener("submit", pause);
    // Whoever comes back finds the form as the page is, and not as they left it.
    addEventListener("pageshow", () => { form.reset(); slider.value = loaded; show(loaded); }, { signal: page.signal });
    page.signal.addEventListener("abort", pause);
    document.addEventListener("annales:pick", ({ detail }) => {
      if (detail !== loaded) go(of(detail));
    }, { signal: page.signal });

    /* The keyboard moves a slider one year at a time, so its year is shown when it rests. */
    function settle() {
      clearTimeout(resting);
      resting = setTimeout(() => {
        const year = Number(slider.value);
        if (year !== loaded) go(of(year));
      }, rest);
    }

    function start() {
      turning?.abort();
      if (Number(slider.value) >= last()) slider.value = slider.min;
      play.textContent = play.dataset.pause;
      play.setAttribute("aria-pressed", "true");
      timer = setInterval(step, slow.matches ? 2000 : 700);
    }

    function step() {
      slider.value = Number(slider.value) + 1;
      show(Number(slider.value));
      if (Number(slider.value) >= last()) stop();
    }

    /* The last year that is played: of those after it nobody knows the figures. */
    function last() {
      const course = figures?.querySelector("[data-course]")?.dataset.course.split(",").length;
      return Math.min(Number(slider.max), course ? Number(figures.dataset.first) + course - 1 : Infinity);
    }

    function stop() {
      pause();
      settle();
    }

    function pause() {
      clearTimeout(resting);
      clearInterval(timer);
      timer = null;
      play.textContent = play.dataset.play;
      play.removeAttribute("aria-pressed");
    }

    function show(year) {
      const away = year !== loaded;
      document.body.classList.toggle("is-moved", away);
      big.textContent = away ? label(year) : loadedText;
      input.value = away ? text(year) : loadedInput;
      when.value = away ? "on" : loadedWhen;
      slider.setAttribute("aria-valuetext", label(year));
      drawings.forEach((each) => each.move(away ? year : null));
      courses(away ? year : null);
      tell(away ? year : null);
      document.dispatchEvent(new CustomEvent("annales:year", { detail: away ? year : null }));
    }

    function courses(year) {
      if (!figures) return;
      const first = Number(figures.dataset.first);
      figures.querySelectorAll("li.live").forEach((each) => {
        const number = each.querySelector(".n");
        each.dataset.loaded ??= number.textContent;
        const values = each.dataset.course.split(",");
        const at = year === null ? null : values[year - first];
        number.textContent = year === null ? each.dataset.loaded : at === undefined ? "–" : at;
      });
    }

    function tell(year) {
      moved.replaceChildren();
      if (year === null) return;
      const link = document.createElement("a");
      link.href = of(year);
      link.textContent = moved.dataset.show.replace("{year}", label(year));
      const words = moved.dataset.text.replace("{year}", label(year)).replace("{loaded}", loadedText);
      moved.append(`${words} `, link);
    }

    function of(year) {
      const url = new URL(location.href);
      url.searchParams.delete("view");
      url.searchParams.delete("during");
      url.searchParams.set("at", text(year));
      const said = form.querySelector("select[name=said]");
      if (said && said.value === "then") {
        if (year <= +form.dataset.told) url.searchParams.set("stated", text(year));
        else url.searchParams.delete("stated"); // nobody has said anything in a year to come
      }
      return url.pathname + url.search;
    }
  }

  /* A drawing whose cursor can be moved: its scale stands in its attributes. */
  function drawing(svg) {
    const [first, last] = svg.dataset.days.split(" ").map(Number);
    const [left, right] = svg.dataset.x.split(" ").map(Number);
    const [, , width] = svg.getAttribute("viewBox").split(" ").map(Number);
    const line = svg.querySelector(".cursor");
    const band = svg.querySelector(".band");
    const veil = svg.querySelector(".veil");
    const flag = svg.querySelector(".flagbox");
    const words = flag?.querySelector("text");
    const flagged = words?.textContent;
    const home = line ? Number(/^M([-\d.]+)/.exec(line.getAttribute("d"))[1]) : null;
    const kept = new Map();
    for (const each of [band, veil]) {
      if (each) kept.set(each, [each.getAttribute("x"), each.getAttribute("width")]);
    }
    const x = (day) => Math.min(Math.max(left + ((day - first) * (right - left)) / (last + 1 - first), left), right);

    function move(year) {
      if (home === null) return;
      if (year === null) {
        line.removeAttribute("transform");
        flag?.removeAttribute("transform");
        if (words) words.textContent = flagged;
        kept.forEach(([at, wide], each) => { each.setAttribute("x", at); each.setAttribute("width", wide); });
        return;
      }
      const begins = x(day(year)), ends = x(day(year + 1));
      line.setAttribute("transform", `translate(${ends - home} 0)`);
      flag?.setAttribute("transform", `translate(${ends - home} 0)`);
      if (words) words.textContent = label(year);
      if (band) { band.setAttribute("x", begins); band.setAttribute("width", ends - begins); }
      if (veil) { veil.setAttribute("x", ends); veil.setAttribute("width", Math.max(width - ends, 0)); }
    }
    return { move };
  }

  /* The number of the day on which a year begins, counted from 1970. */
  function day(year) {
    const date = new Date(0);
    date.setUTCFullYear(year, 0, 1);
    return date.getTime() / 86400000;
  }

  function text(year) {
    if (Math.abs(year) > 9999) return `Y${year}`;
    return year < 0 ? `-${String(-year).padStart(4, "0")}` : String(year).padStart(4, "0");
  }

  function label(year) {
    if (year > 0) return String(year);
    return document.documentElement.lang.startsWith("zh") ? `公元前${1 - year}年` : `${1 - year} BC`;
  }

  // --- the lens: some years of the timeline, which stand in the address as #years=1990-2013

  function lens(element) {
    const strips = [...document.querySelectorAll("svg.strip")];
    const hint = document.querySelector(".hint");
    if (hint) hint.hidden = false;
    strips.forEach(brush);
    element.addEventListener("annales:sight", ({ detail }) => sight(detail));
    element.addEventListener("annales:whole", whole);
    document.addEventListener("annales:closer", closer, { signal: page.signal });
    addEventListener("popstate", () => { if (address() === shown) look(); }, { signal: page.signal });
    look();

    async function look() {
      const years = /^#years=(-?\d+)-(-?\d+)$/.exec(location.hash);
      if (!years) {
        if (element.painter) element.unfocus();
        return;
      }
      await ready();
      await element.focusOn(day(Number(years[1])), day(Number(years[2]) + 1));
    }

    /* The element's own script and style, which a page needs only from here on. */
    async function ready() {
      const { script, style } = element.dataset;
      if (!document.querySelector(`link[href="${style}"]`)) {
        document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: style }));
      }
      await import(script);
    }

    function show(first, last) {
      history.pushState(null, "", `#years=${Math.min(first, last)}-${Math.max(first, last)}`);
      return look();
    }

    /* Some years around one, for the keyboard: it goes on where it can move and zoom. */
    async function closer({ detail: year }) {
      await show(year - 8, year + 8);
      element.painter?.scroller.focus({ preventScroll: true });
    }

    function whole() {
      if (location.hash) history.pushState(null, "", location.pathname + location.search);
      const held = element.contains(document.activeElement);
      if (held) setTimeout(() => roots().find((root) => root.offsetParent)?.focus({ preventScroll: true }));
    }

    function roots() {
      return [...document.querySelectorAll("[data-timeline]")];
    }

    /* Which days the canvas shows; null where it shows all of them, or is gone. */
    function sight(days) {
      for (const strip of strips) {
        const { window: pane, x } = marked(strip);
        pane.style.display = days ? "" : "none";
        if (days) {
          pane.setAttribute("x", x(days.first));
          pane.setAttribute("width", Math.max(x(days.last) - x(days.first), 2));
        }
      }
      // Where there is a canvas, it is the one stop of the timeline.
      roots().forEach((root) => { root.tabIndex = element.painter ? -1 : 0; });
    }

    function brush(strip) {
      const { x, year } = marked(strip);
      let from = null, dragged = false;
      strip.addEventListener("pointerdown", (event) => {
        if (event.button || !event.isPrimary) return;
        [from, dragged] = [event.clientX, false];
      });
      const { signal } = page;
      addEventListener("pointermove", (event) => {
        if (from === null) return;
        if (!dragged && Math.abs(event.clientX - from) < 6) return;
        if (!dragged) strip.setPointerCapture?.(event.pointerId);
        dragged = true;
        const ends = [year(from), year(event.clientX)].sort((one, other) => one - other);
        sightOf(strip, x(day(ends[0])), x(day(ends[1] + 1)));
      }, { signal });
      addEventListener("pointerup", (event) => {
        if (from !== null && dragged) show(year(from), year(event.clientX));
        from = null;
      }, { signal });
      addEventListener("pointercancel", () => {
        if (from !== null && dragged) look();
        from = null;
      }, { signal });
      strip.addEventListener("dragstart", (event) => event.preventDefault());
      strip.addEventListener("click", (event) => {
        // A drag that ends over a column is no click on it.
        if (dragged) return event.preventDefault();
        if (event.target.closest("a")) return;
        // A year in which nothing happened is no link, and yet a year to look at.
        strip.dispatchEvent(new CustomEvent("annales:pick", { bubbles: true, detail: year(event.clientX) }));
      }, true);
    }

    function sightOf(strip, left, right) {
      const { window: pane } = marked(strip);
      pane.style.display = "";
      pane.setAttribute("x", left);
      pane.setAttribute("width", Math.max(right - left, 2));
    }

    /* The strip's pane, its scale from days, and the year under a pixel of the screen. */
    function marked(strip) {
      if (strip.lens) return strip.lens;
      const [first, last] = strip.dataset.days.split(" ").map(Number);
      const [left, right] = strip.dataset.x.split(" ").map(Number);
      const [, , wide, tall] = strip.getAttribute("viewBox").split(" ").map(Number);
      const pane = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      pane.setAttribute("class", "pane");
      pane.setAttribute("y", 21);
      pane.setAttribute("height", tall - 21 - 20);
      pane.style.display = "none";
      strip.append(pane);
      const per = (right - left) / (last + 1 - first);
      strip.lens = {
        window: pane,
        x: (at) => Math.min(Math.max(left + (at - first) * per, left), right),
        year: (clientX) => {
          const box = strip.getBoundingClientRect();
          const at = first + (((clientX - box.left) * wide) / box.width - left) / per;
          return new Date(Math.min(Math.max(at, first), last) * 86400000).getUTCFullYear();
        },
      };
      return strip.lens;
    }
  }

  // --- the timeline: one tab stop, arrows inside

  function walk(root) {
    const rows = [...root.querySelectorAll("svg.strip, g[data-record]")]
      .map((row) => [...row.querySelectorAll("a")])
      .filter((marks) => marks.length);
    if (!rows.length) return;
    const live = document.getElementById("live");
    let at = [0, 0], timer = null;
    root.tabIndex = 0;

    root.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const inside = event.target !== root;
      const [row, mark] = at;
      const to = {
        ArrowRight: () => [row, inside ? mark + 1 : mark],
        ArrowLeft: () => [row, inside ? mark - 1 : mark],
        ArrowDown: () => [inside ? row + 1 : row, inside ? 0 : mark],
        ArrowUp: () => [inside ? row - 1 : row, inside ? 0 : mark],
        Home: () => [row, 0],
        End: () => [row, Infinity],
      }[event.key];
      if (event.key === "Escape" && inside) return root.focus();
      if ((event.key === "+" || event.key === "=") && element) return closer(event);
      if (!to) return;
      event.preventDefault();
      reach(...to());
    });
    root.addEventListener("focusin", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      const row = rows.findIndex((marks) => marks.includes(link));
      if (row >= 0) at = [row, rows[row].indexOf(link)];
    });

    /* Some years around the mark that was reached; around the cursor where none was. */
    function closer(event) {
      event.preventDefault();
      const mark = root.contains(document.activeElement) && document.activeElement.closest("a");
      document.dispatchEvent(new CustomEvent("annales:closer", {
        detail: Number((mark && mark.dataset.year) || form?.dataset.year || 2000),
      }));
    }

    function reach(row, mark) {
      row = Math.min(Math.max(row, 0), rows.length - 1);
      mark = Math.min(Math.max(mark, 0), rows[row].length - 1);
      at = [row, mark];
      const link = rows[row][mark];
      link.closest("details.fold")?.setAttribute("open", "");
      link.focus({ preventScroll: true });
      link.scrollIntoView({ block: "nearest" });
      clearTimeout(timer);
      timer = setTimeout(() => {
        live.textContent = link.querySelector("title")?.textContent ?? link.textContent;
      }, 150);
    }
  }
})();
