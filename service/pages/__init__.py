"""The pages: what the service answers, to read instead of to parse.

A page is made of the very texts that the API answers with, so the two cannot differ. It is
whole without JavaScript, in English and Chinese, and its URL is the view: clocks, filters and
language stand in it, and the same URL with `.json` or `.csv` gives the data.
"""
