"""Who is the same person: names and numbers read, two records compared, the weights of what agrees, and why, in words."""

from sinergi.core.linkage.names import alike, distance, fold, name_key, names_agree, telling
from sinergi.core.linkage.sentences import Words

__all__ = ["Words", "alike", "distance", "fold", "name_key", "names_agree", "telling"]
