"""What stands on a timeline: one shape for phases and statements, read at three clocks.

`item` is the shape, `selection` what can be wanted of it, `reading` finds it in the views,
`significance` ranks it, and `completing` adds what only those need that are shown. No format
and no word of any language is known here.
"""
