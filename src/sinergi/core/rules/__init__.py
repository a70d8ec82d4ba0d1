"""The law as data, one meaning: text -> typed tree -> the law as it stood on a day -> an answer with its reasons.

build            documents of the law folder -> Law, or every fault of every file
read_situation   a household as given -> Situation, or every unusable fact with its mend
find             the judge's finding for one programme and one person
"""
from sinergi.core.rules.build import assemble, build
from sinergi.core.rules.faults import FactFault, FactFaults, Fault, LawFaults
from sinergi.core.rules.find import Finding, Outcome, find
from sinergi.core.rules.law import Law, Programme
from sinergi.core.rules.situation import Held, Situation, read_situation

__all__ = ["FactFault", "FactFaults", "Fault", "Finding", "Held", "Law", "LawFaults", "Outcome", "Programme", "Situation", "assemble", "build",
           "find", "read_situation"]
