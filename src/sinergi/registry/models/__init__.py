"""The registry's tables, private to the registry: others ask `queries` and tell `actions`."""
from .access import Access, Consent, DataRequest
from .facts import EVIDENCE, FACT_SOURCES, Fact, Paper, SensitiveFact
from .identity import (
    CANDIDATE_STATES,
    IDENTITY_VERBS,
    RECORD_QUALITIES,
    Belonging,
    Candidate,
    CannotLink,
    IdentityDecision,
    LinkageModel,
    Objection,
    RecordIdentifier,
    SourceRecord,
)
from .intake import BATCH, Batch, BatchRow, ColumnMapping, Draft, Submission
from .linking import LINKING, ZONES, LinkageChunk, LinkageRow, LinkageRun
from .people import Address, ContactPoint, Guardianship, Household, Identifier, Membership, Person, PersonSearch, SafeReader
from .review import ANSWERS, Certificate, HouseholdProposal, Label, PlantedPair, ProposalMember, ReviewAnswer

__all__ = ["ANSWERS", "BATCH", "CANDIDATE_STATES", "EVIDENCE", "FACT_SOURCES", "IDENTITY_VERBS", "LINKING", "RECORD_QUALITIES", "ZONES", "Access",
           "Address", "Batch", "BatchRow", "Belonging", "Candidate", "CannotLink", "Certificate", "ColumnMapping", "Consent", "ContactPoint",
           "DataRequest", "Draft", "Fact", "Guardianship", "Household", "HouseholdProposal", "Identifier", "IdentityDecision", "Label",
           "LinkageChunk", "LinkageModel", "LinkageRow", "LinkageRun", "Membership", "Objection", "Paper", "Person", "PersonSearch", "PlantedPair",
           "ProposalMember", "RecordIdentifier", "ReviewAnswer", "SafeReader", "SensitiveFact", "SourceRecord", "Submission"]
