/* What a feed leaves out, which it says in a header, told below the tool in words. */

"use strict";

function tellOmitted(answer) {
  const place = document.getElementById("viewer-omitted");
  const words = JSON.parse(place.dataset.words);
  const reasons = (answer.headers.get("Annales-Omitted") || "").split(", ").filter(Boolean);
  const told = reasons.map((each) => {
    const [reason, count] = each.split("=");
    const number = Number(count).toLocaleString(place.lang || "en");
    return (words[reason] || `${reason}: {n}`).replace("{n}", number);
  });
  place.textContent = told.length ? `${place.dataset.lead} ${told.join(place.dataset.comma)}` : "";
}
