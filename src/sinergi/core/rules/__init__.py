"""The law as data, one meaning: text -> typed tree -> the law as it stood on a day -> an answer with its reasons.

build            documents of the law folder -> Law, or LawFaults with every fault of every file
read_situation   a household as given -> Situation, or FactFaults with every unusable fact and its mend
screen           every programme for everybody in the household -> Sheet: answers, and the questions that settle most
sentence         an answer as one spoken sentence, in Malay or English
find             the judge's finding for one programme and one person: every other reader must agree with it
"""

from sinergi.core.rules.answer import Answer, BenefitLine, FactUsed, Figure, Reason
from sinergi.core.rules.build import assemble, build
from sinergi.core.rules.faults import FactFault, FactFaults, Fault, LawFaults
from sinergi.core.rules.find import Finding, Outcome, find
from sinergi.core.rules.law import Fact, Law, Parameter, Programme
from sinergi.core.rules.needs import Need
from sinergi.core.rules.sheet import Question, Sheet, screen
from sinergi.core.rules.situation import Held, Situation, read_situation
from sinergi.core.rules.soon import Soon
from sinergi.core.rules.speech import amount_words, sentence
from sinergi.core.rules.words import value_words

__all__ = [
    "Answer",
    "BenefitLine",
    "Fact",
    "FactFault",
    "FactFaults",
    "FactUsed",
    "Fault",
    "Figure",
    "Finding",
    "Held",
    "Law",
    "LawFaults",
    "Need",
    "Outcome",
    "Parameter",
    "Programme",
    "Question",
    "Reason",
    "Sheet",
    "Situation",
    "Soon",
    "amount_words",
    "assemble",
    "build",
    "find",
    "read_situation",
    "screen",
    "sentence",
    "value_words",
]
