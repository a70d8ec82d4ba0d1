"""Ring 0: what is true whatever the database, the request or the hour.

Pure Python: no Django, no files, no clock, no chance. The day is always an argument, money is
integer sen, and what is not known is None, which is never read as no.

time   days, birthdays, months, and how they are written in Malay and English
money  sen, ringgit, rounding
rules  the law as data: parsed, checked, read for one household with reasons
"""
