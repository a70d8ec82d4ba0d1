"""Who is the same person: names and numbers read, two records compared, the weights of what agrees, and why, in words."""

from sinergi.core.linkage.simple import Comparison, Facts, Words, alike, compare, distance, fold, name_key, names_agree, telling, tokens

__all__ = ["Comparison", "Facts", "Words", "alike", "compare", "distance", "fold", "name_key", "names_agree", "telling", "tokens"]
