"""Sheets: lines as rows of CSV, for who works in a spreadsheet.

`reading` makes orders of a sheet, `members` knows what each cell says and how a value is written
into one, `dates` reads the dates that spreadsheets write, `guard` keeps texts from being formulas.
"""
