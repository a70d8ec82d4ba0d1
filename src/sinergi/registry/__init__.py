"""Who is this person?

A submission is kept as it was received. From it, after a search, persons and their household are registered or found.
A household has dated members; a minor has guardians; an address may be hidden for safety.
Facts carry their value, the days they hold for, who said so, on what evidence, and when we learned it.
Consent opens a person to another agency for one purpose; access rows, made by registration, consent or written reason,
are what row security asks. Everybody may find that a person exists and how he stands; details are for those who serve him.
"""
