/* What a page can do more where scripts run: the slider moves the cursor through the drawings, Play
   lets it run, arrows walk through the timeline. The page is whole without any of it, and what the
   script does not know of a year it dims, so that no page tells two years at once. */

"use strict";

(() => {
  const form = document.querySelector("form.clock[data-year]");
  const slow = matchMedia("(prefers-reduced-motion: reduce)");

  if (form && document.getElementById("bigyear")) cursor(form);
  document.querySelectorAll("[data-timeline]").forEach(walk);

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
    const loadedInput = input.value;
    let timer = null;

    slider.hidden = false;
    play.hidden = false;

    slider.addEventListener("input", () => { pause(); show(Number(slider.value)); });
    play.addEventListener("click", () => (timer ? pause() : start()));
    form.addEventListener("submit", pause);
    addEventListener("pageshow", () => { slider.value = loaded; show(loaded); });

    function start() {
      if (Number(slider.value) >= Number(slider.max)) slider.value = slider.min;
      play.textContent = play.dataset.pause;
      play.setAttribute("aria-pressed", "true");
      timer = setInterval(step, slow.matches ? 2000 : 700);
    }

    function step() {
      if (Number(slider.value) >= Number(slider.max)) return pause();
      slider.value = Number(slider.value) + 1;
      show(Number(slider.value));
    }

    function pause() {
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
      if (away) when.value = "on";
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
      link.href = address(year);
      link.textContent = moved.dataset.show.replace("{year}", label(year));
      const words = moved.dataset.text.replace("{year}", label(year)).replace("{loaded}", loadedText);
      moved.append(`${words} `, link);
    }

    function address(year) {
      const url = new URL(location.href);
      url.searchParams.delete("view");
      url.searchParams.delete("during");
      url.searchParams.set("at", text(year));
      const said = form.querySelector("select[name=said]");
      if (said && said.value === "then") url.searchParams.set("stated", text(year));
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
        kept.forEach(([at, wide], each) => { each.setAttribute("x", at); each.setAttribute("width", wide); });
        return;
      }
      const begins = x(day(year)), ends = x(day(year + 1));
      line.setAttribute("transform", `translate(${ends - home} 0)`);
      flag?.setAttribute("transform", `translate(${ends - home} 0)`);
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
      if (!to) return;
      event.preventDefault();
      go(...to());
    });
    root.addEventListener("focusin", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      const row = rows.findIndex((marks) => marks.includes(link));
      if (row >= 0) at = [row, rows[row].indexOf(link)];
    });

    function go(row, mark) {
      row = Math.min(Math.max(row, 0), rows.length - 1);
      mark = Math.min(Math.max(mark, 0), rows[row].length - 1);
      at = [row, mark];
      const link = rows[row][mark];
      link.focus({ preventScroll: true });
      link.scrollIntoView({ block: "nearest" });
      clearTimeout(timer);
      timer = setTimeout(() => {
        live.textContent = link.querySelector("title")?.textContent ?? link.textContent;
      }, 150);
    }
  }
})();
