"""Tokens of names by tradition and the towns of each state, from words.txt and states.txt; draws with the skew that names have in life."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Tokens = npt.NDArray[np.object_]
HERE = Path(__file__).parent
TRADITIONS = ("malay", "sabah", "sarawak", "chinese", "indian", "other")
WORDS = {kind: tokens.split() for kind, _, tokens in (line.partition(":") for line in (HERE / "words.txt").read_text().splitlines())}
TAILS = 20  # seeds the invented tails, so that every population draws from the same tokens
# Own name's first part by cohort (born before 1975, before 1996, since): shares in per mille.
PREFIXES = {
    "male": "- 360 180 60; MOHD 200 320 120; MOHAMAD 60 100 60; MOHAMMAD 30 50 50; MUHAMMAD 20 100 460; MUHAMAD 10 40 50; MOHAMED 50 20 10;"
            " MUHD 0 10 20; MD 50 20 0; AHMAD 40 50 50; ABDUL 110 60 40; WAN 15 12 10; WAN_MOHD 10 12 5; SYED 8 8 8; NIK_MOHD 5 5 3; TENGKU 3 3 3;"
            " CHE 20 5 2; KHAIRUL 5 20 15; MEGAT 2 2 3; RAJA 3 3 3",
    "female": "- 420 220 100; SITI 200 140 70; NOR 100 180 60; NUR 10 140 420; NURUL 0 60 130; NOOR 30 50 20; SITI_NOR 10 40 20; SITI_NUR 0 10 60;"
              " WAN 20 15 10; CHE 50 10 3; SHARIFAH 10 10 8; NIK 10 10 6; TENGKU 3 3 3; FATIN 0 10 20; PUTERI 0 5 20; ROS 10 10 1; ENGKU 2 2 2"}


@dataclass(frozen=True)
class State:
    """One state: its share of the people, the share of each tradition in it, its towns with the first and last postcode of each."""

    name: str
    share: float
    mix: tuple[float, ...]
    towns: tuple[tuple[str, int, int], ...]


def states() -> list[State]:
    """The sixteen states and federal territories."""
    found = []
    for line in (HERE / "states.txt").read_text().splitlines():
        name, share, mix, towns = line.split("|")
        read = tuple((town.rpartition(" ")[0], *map(int, town.rpartition(" ")[2].split("-"))) for town in towns.split("; "))
        found.append(State(name, float(share), tuple(map(float, mix.split())), read))  # type: ignore[arg-type]
    return found


def zipf(count: int, steepness: float) -> npt.NDArray[np.float64]:
    """Shares of `count` tokens by rank, summing to 1."""
    weights = 1.0 / np.arange(1, count + 1) ** steepness
    return weights / weights.sum()


@dataclass(frozen=True)
class Urn:
    """Tokens to draw from, with their summed shares."""

    tokens: Tokens
    summed: npt.NDArray[np.float64]

    def draw(self, chance: np.random.Generator, count: int) -> Tokens:
        """So many tokens, (count,)."""
        return self.tokens[np.minimum(np.searchsorted(self.summed, chance.random(count)), len(self.tokens) - 1)]


def urn(tokens: list[str], shares: npt.ArrayLike) -> Urn:
    """An urn of tokens with their shares, of any sum."""
    weights = np.asarray(shares, float)
    return Urn(np.array(tokens, dtype=object), np.cumsum(weights / weights.sum()))


def tail(kind: str, count: int, chance: np.random.Generator) -> list[str]:
    """Up to `count` invented rare tokens of malay, indian or borneo sound: without a long tail there are far too many namesakes."""
    parts = [WORDS[f"syllable_{kind}_{part}"] for part in ("begin", "middle", "end")]
    made: set[str] = set()
    for _ in range(count * 20):
        if len(made) >= count:
            break
        made.add("".join(str(chance.choice(part)) for part in parts))
    return sorted(made)


def skewed(*kinds: str, steepness: float, rare: tuple[str, int, float, float] | None = None, chance: np.random.Generator | None = None) -> Urn:
    """Tokens of the kinds by Zipf's law; `rare`: (sound, how many, share of all draws, steepness) of the invented tail, which needs `chance`."""
    tokens = list(dict.fromkeys(token for kind in kinds for token in WORDS[kind]))
    if rare is None or chance is None:
        return urn(tokens, zipf(len(tokens), steepness))
    sound, count, share, flat = rare
    invented = [token for token in tail(sound, count, chance) if token not in set(tokens)]
    return urn(tokens + invented, np.r_[zipf(len(tokens), steepness) * (1 - share), zipf(len(invented), flat) * share])


def urns() -> dict[str, Urn]:
    """Every urn of names, by what it holds."""
    chance = np.random.default_rng(TAILS)
    found = {
        "malay_male_old": skewed("malay_male_old", steepness=.6, rare=("malay", 2000, .20, .4), chance=chance),
        "malay_male_modern": skewed("malay_male_modern", "malay_male_old", steepness=.55, rare=("malay", 2000, .15, .4), chance=chance),
        "malay_female_old": skewed("malay_female_old", steepness=.6, rare=("malay", 1500, .15, .4), chance=chance),
        "malay_female_modern": skewed("malay_female_modern", "malay_female_old", steepness=.5, rare=("malay", 1500, .12, .4), chance=chance),
        "indian_male": skewed("indian_male", steepness=.5, rare=("indian", 1500, .35, .4), chance=chance),
        "indian_female": skewed("indian_female", steepness=.5, rare=("indian", 1000, .30, .4), chance=chance),
        "sabah_male": skewed("sabah_male", "malay_male_old", steepness=.4, rare=("borneo", 1500, .40, .4), chance=chance),
        "sabah_female": skewed("sabah_female", "malay_female_old", steepness=.4, rare=("borneo", 1000, .30, .4), chance=chance),
        "sarawak_male": skewed("sarawak_male", steepness=.4, rare=("borneo", 1500, .40, .4), chance=chance),
        "sarawak_female": skewed("sarawak_female", "iban_female", steepness=.4, rare=("borneo", 1000, .30, .4), chance=chance),
        "servant_of": skewed("malay_servant_of", steepness=.7), "surname": skewed("chinese_surname", steepness=.8)}
    for sex in ("male", "female"):
        for kind, steepness in (("chinese", .4), ("christian", .5), ("foreign", .4)):
            found[f"{kind}_{sex}"] = skewed(f"{kind}_{sex}", steepness=steepness)
        rows = [entry.split() for entry in PREFIXES[sex].split(";")]
        for cohort in range(3):
            tokens = ["" if row[0] == "-" else row[0].replace("_", " ") for row in rows]
            found[f"prefix_{sex}_{cohort}"] = urn(tokens, [int(row[cohort + 1]) for row in rows])
    return found
