"""The pages: what the counter sees and what the person sees.

Each area of pages is one module (or package) with its views, forms and a list `urlpatterns`; urls.py joins the lists.
A view reads (queries of the rooms), or parses a form and calls exactly one action, and answers with a page.
It never writes by itself and holds no rule: what may be done is asked of the kernel, what is lawful of core.

frame.py      what stands around every page: navigation by the visitor's verbs, agency, language
faults.py     the pages for 400, 403, 404, 429 and 500; the last needs no database
language.py   Malay or English, by one form post
templatetags/ words and shapes: money, dates, names, marks, table rows, form fields
templates/    base.html, parts/ (one component each), account/ mfa/ socialaccount/ (sign-in), errors/
static/web/   sinergi.css parts.css print.css icons.svg favicon.svg sinergi.js
locale/       ms and en; English is the msgid, a missing Malay string fails the tests
How to write a page: docs/how-to/write-a-page.md.
"""
