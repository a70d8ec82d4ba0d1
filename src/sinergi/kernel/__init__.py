"""What every room stands on.

`action` is the one door through which anything changes: permission, one transaction, one audit entry, one event.
`acting` sets who reads, for whom and why; PostgreSQL's row security answers by it, and without it shows nothing.
`audit` writes what was done and who was shown; `keys` encrypts the personal values in it, so that they can be forgotten.
`roles` names who may do what; `errors` turns a refusal into a plain sentence; `flow` holds states as tables.
`events`, `jobs` and `notify` carry news onward after commit; `law` keeps every published version of the law.
The kernel knows no room: it speaks of subjects and person ids, never of persons.
"""
