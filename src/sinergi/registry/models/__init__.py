"""The registry's tables, private to the registry: others ask `queries` and tell `actions`."""
from .access import Access, Consent, DataRequest
from .facts import EVIDENCE, FACT_SOURCES, Fact, Paper, SensitiveFact
from .identity import (
    APPROVAL_STATES,
    CANDIDATE_STATES,
    IDENTITY_VERBS,
    RECORD_QUALITIES,
    Approval,
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
from .linking import LINKING, ZONES, LinkageAgreement, LinkageChunk, LinkagePiece, LinkageRegister, LinkageRow, LinkageRun
from .people import Address, ContactPoint, Guardianship, Household, Identifier, Membership, Person, PersonSearch, SafeReader
from .review import ANSWERS, ASKED, Certificate, HouseholdProposal, Label, PlantedPair, ProposalMember, ReviewAnswer, ReviewTurn

__all__ = ["ANSWERS", "APPROVAL_STATES", "ASKED", "BATCH", "CANDIDATE_STATES", "EVIDENCE", "FACT_SOURCES", "IDENTITY_VERBS", "LINKING",
           "RECORD_QUALITIES", "ZONES", "Access", "Address", "Approval", "Batch", "BatchRow", "Belonging", "Candidate", "CannotLink", "Certificate",
           "ColumnMapping", "Consent", "ContactPoint", "DataRequest", "Draft", "Fact", "Guardianship", "Household", "HouseholdProposal",
           "Identifier", "IdentityDecision", "Label", "LinkageAgreement", "LinkageChunk", "LinkageModel", "LinkagePiece", "LinkageRegister",
           "LinkageRow", "LinkageRun", "Membership", "Objection", "Paper", "Person", "PersonSearch", "PlantedPair", "ProposalMember",
           "RecordIdentifier", "ReviewAnswer", "ReviewTurn", "SafeReader", "SensitiveFact", "SourceRecord", "Submission"]
