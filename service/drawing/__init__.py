"""Drawings: from plain data to SVG text, with no web, no clock and no language of its own.

Every function is pure: the same values give the same text, days are whole
numbers as in `events.dates`, all that is given is escaped, and each word comes
with the data, from `words` or from the dates in a `lang`. A page holds
`marks.definitions()` once, and links `tokens.css` and `drawing.css`; a link in a
drawing has `tabindex="-1"`, as a list beside it repeats it. Most drawings come
in two variants, for `class="wide"` (1,200 pixels) and, with `narrow=True`, for
`class="narrow"` (340 pixels).

    lanes.py       what drawings are made from: Lane, Bar, Staircase, Frame and their parts
    timeline.py    timeline_scale(lanes, frame, narrow=)            shared with the strip
                   timeline(lanes, frame, lang=, headings={group: Heading}, narrow=) -> [Drawing]
    strip.py       strip(tallies, frame, scale, lang=, words=, label=, flag=, remarks=, href=, …)
    map.py         draw_map(places, words=, label=, width=) -> Map(drawing, off_the_map)
    crowds.py      draw_crowds(crowds, words=, label=)             the world, by country
    life.py        draw_life(lane, frame, lang=, label=, narrow=)   the phases of one record
    ladder.py      draw_ladder(ladder, lang=, label=, cursor=, narrow=)  a staircase of promises
    promised.py    draw_promised(promises, horizon, lang=, label=, words=, …)  against what came
    course.py      course(series, frame, lang=, label=, unit=, …)   lines named at their ends
    sparkline.py   sparkline(points, frame, width=, height=, …) -> Markup
    marks.py       icon(status, expected=) -> Markup               ○ ◔ ◑ ◕ ● ‖ ✕ in a line of text
                   legend(words) -> {"status" | "marks" | "kinds": [Swatch(svg, text)]}
    alone.py       stand_alone(drawings, lang=, title=, captions=, base=) -> str  a whole .svg file

A `Drawing` has `svg` (Markup), `width`, `height`, `key` (the group) and `label`.
The root of a timeline, a strip and a course says which days lie where
(`data-days="first last"`, `data-x="left right"`, in units of its viewBox), so
that a script can move `.cursor`, `.band`, `.veil` and `.flagbox`. `marks.WORDS`
lists what `words` must translate.
"""
