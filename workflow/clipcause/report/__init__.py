"""The report: everything a study found, as one page to read and one database to query.

page.py         the page, from its parts; templates/ has its HTML, style and script
markdown.py     claims and figures as a page of documentation
database.py     the database, from the tables that tables/ describes
results.py      what the other stages left: studies, runs, data cards
holdings.py     what files hold, so that those of another version are named
claims.py       claims by paper, with unit and axis
sections.py     the parts of a study, looked up and put in order
cards.py        data cards side by side, as the facts of facts.py
flow.py         the data flow as a graph, which layers.py orders and layout.py lays out
times.py        what jobs took
published.py    public models
papers.py       the papers whose claims are tested
summary.py      the result in words
titles.py       titles of measures
numbers.py      numbers as people read them
plots.py        geometry of the small plots within tables
provenance.py   versions and git state
"""
