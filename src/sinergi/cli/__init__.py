"""Commands for the terminal: read the arguments, do one thing, say plainly what came of it.

screen     the sheet of one household file, with no database
law_check  every fault of the law files at once, and every example run
reference  pages of docs/reference that are generated from the law
"""
