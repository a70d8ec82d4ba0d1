"""Lists of any country and any kind: the fields are declared, the engine is the same.

    result = link(rows, fields_of("name:name, born:date, city:place"), id="key")

Kinds: name, date, place, text, number, phone. Any value may be missing; a thing may have many records; a second table goes to `against`.
"""

from sinergi.core.linkage.declared.fields import KINDS, Field, fields_of
from sinergi.core.linkage.declared.linking import DeclaredResult, levels_of, link

__all__ = ["KINDS", "DeclaredResult", "Field", "fields_of", "levels_of", "link"]
