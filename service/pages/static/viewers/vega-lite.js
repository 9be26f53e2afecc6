/* A Vega-Lite chart of ours, run by the interpreter of Vega, which needs no eval. */

"use strict";

(async () => {
  const place = document.getElementById("viewer");
  const status = document.getElementById("viewer-status");
  status.textContent = status.dataset.loading;
  try {
    const answer = await fetch(place.dataset.feed);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    tellOmitted(answer);
    const chart = await answer.json();
    const { view } = await vegaEmbed(place, chart, {
      ast: true,
      mode: "vega-lite",
      renderer: "svg",
      actions: false,
      // Styles of their own would stand in the page, which its policy does not have.
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
    });
    await view.runAsync();
    status.textContent = "";
    place.dataset.drawn = chart.data.values.length;
  } catch (refused) {
    status.textContent = `${status.dataset.failed} ${refused.message}`;
  }
})();
