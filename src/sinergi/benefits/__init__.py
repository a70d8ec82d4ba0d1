"""What do they hold?

An entitlement is born in one place only, `award`, whoever gives it: an agency that decided here, a partner's own list. Inside its
transaction it is held against everything the person and his household hold already, from any source; lock rows under an exclusion
constraint let one of many awards at once win. Who is refused is told until when help runs, and by whom only where that is lawful.
An exception needs a coded reason, a second person and an end. Help that ends early frees its lock at once.
"""
