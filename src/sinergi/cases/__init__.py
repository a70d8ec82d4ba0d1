"""Who walks with them?

A case follows one need of one person. While it is open it has exactly one responsible agency and one next date; the database holds that.
A referral carries the person on with exactly the facts he consented to; declined or expired, it moves to the next agency that can help.
"Served" is the agency's word; a case closes when the person himself says that it is solved, or after fair, recorded attempts to ask him.
"""
