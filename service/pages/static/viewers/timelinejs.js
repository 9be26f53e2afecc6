/* TimelineJS with our feed of its own format. It asks for its words at `script_path`, and for nothing else. */

"use strict";

(() => {
  const place = document.getElementById("viewer");
  const status = document.getElementById("viewer-status");
  const failed = (why) => { status.textContent = `${status.dataset.failed} ${why}`; };
  if (typeof TL === "undefined") return failed("TL");
  status.textContent = status.dataset.loading;
  const timeline = new TL.Timeline(place, place.dataset.feed, {
    script_path: "/static/vendor/timelinejs/js/",
    font: null,
    language: place.dataset.lang === "zh" ? "zh-cn" : "en",
    hash_bookmark: false,
    timenav_height_percentage: 45,
    duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 600,
  });
  timeline.on("loaded", () => {
    const errors = timeline.config.messages.errors;
    if (errors.length) return failed(errors.join("; "));
    status.textContent = "";
    fetch(place.dataset.feed, { method: "HEAD" }).then(tellOmitted);
    place.dataset.drawn = timeline.config.events.length;
  });
})();
