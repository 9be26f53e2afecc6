"""The pages: the answers of the service for people to read.

A page shows what the answer functions of the API return, so the two cannot differ. It is whole
without JavaScript, in English and Chinese. Its URL names the clocks, the filters and the language,
and the same URL with `.json` or `.csv` gives the data.
"""
