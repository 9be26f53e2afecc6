/* vis-timeline with our feed of its own format, handed over as it is. */

"use strict";

(async () => {
  const place = document.getElementById("viewer");
  const status = document.getElementById("viewer-status");
  status.textContent = status.dataset.loading;
  try {
    const answer = await fetch(place.dataset.feed);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    tellOmitted(answer);
    const feed = await answer.json();
    const items = new vis.DataSet(feed.items), groups = new vis.DataSet(feed.groups);
    const timeline = new vis.Timeline(place, items, groups, {
      ...feed.options,
      orientation: { axis: "both", item: "top" },
      maxHeight: 640,
      verticalScroll: true,
      zoomKey: "ctrlKey",
    });
    timeline.on("changed", () => {
      place.dataset.drawn = items.length;
      status.textContent = "";
    });
  } catch (refused) {
    status.textContent = `${status.dataset.failed} ${refused.message}`;
  }
})();
