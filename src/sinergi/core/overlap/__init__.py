"""Which benefits may be held together, what stands in the way of a new one, and the best lawful package.

relation   what the law says of two programmes on a day, or that it is silent
keys       the locks a benefit takes of a person
clashes    what is held that stands in the way of a new benefit
offers     what a sheet offers, with sums and waiting times
package    the best lawful set and order, what is given up and why
package_of the package of a whole sheet
figures    the known sums of a household that a ceiling may name
"""

from sinergi.core.overlap.offers import Offer, offers
from sinergi.core.overlap.package import Package, Rejected, Step, Unknown, Way, package
from sinergi.core.overlap.relations import Clash, Holding, Key, Relation, clashes, keys, relation
from sinergi.core.overlap.whole import figures, package_of

__all__ = [
    "Clash",
    "Holding",
    "Key",
    "Offer",
    "Package",
    "Rejected",
    "Relation",
    "Step",
    "Unknown",
    "Way",
    "clashes",
    "figures",
    "keys",
    "offers",
    "package",
    "package_of",
    "relation",
]
