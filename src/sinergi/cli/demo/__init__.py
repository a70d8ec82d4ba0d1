"""The demo: one user per role and partner, the households of the twelve stories, and one story told in the terminal.

Everybody here is invented. Identity numbers carry place code 17, which the registration department leaves unassigned.
"""
