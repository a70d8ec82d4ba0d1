"""The registry's tables, private to the registry: others ask `queries` and tell `actions`."""
from .access import Access, Consent, DataRequest
from .facts import EVIDENCE, FACT_SOURCES, Fact, Paper, SensitiveFact
from .intake import BATCH, Batch, BatchRow, ColumnMapping, Draft, Submission
from .people import Address, ContactPoint, Guardianship, Household, Identifier, Membership, Person, PersonSearch, SafeReader

__all__ = ["BATCH", "EVIDENCE", "FACT_SOURCES", "Access", "Address", "Batch", "BatchRow", "ColumnMapping", "Consent", "ContactPoint", "DataRequest",
           "Draft", "Fact", "Guardianship", "Household", "Identifier", "Membership", "Paper", "Person", "PersonSearch", "SafeReader", "SensitiveFact",
           "Submission"]
