"""Who may do what: a role is a set of verbs; a grant gives a role over an area (national, one state, one agency).

READS are rights that no action stands for. Every other verb here is an action's verb: a test holds the two lists equal.
"""
READS: dict[str, str] = {
    "person.search": "find whether a person is known, and his state",
    "person.read": "open a person one's agency serves",
    "sensitive.read": "read religion, health and offences of a person one's agency serves",
    "address.read_safe": "read an address that is hidden for safety",
    "programme.read": "read the catalogue of programmes",
    "determination.read": "read stored screenings",
    "batch.read": "see the lists of one's agency",
    "audit.read": "search the audit",
    "user.read": "see users and their grants",
    "agency.read": "see partners",
    "message.read": "see the outbox",
    "request.read": "see the requests of persons about their data",
    "access.read": "see accesses opened by written reason",
    "entitlement.read": "see what a person one's agency serves receives, from whom it may be told",
    "overlap.read": "see who receives twice, and the exceptions",
    "award_list.read": "see the award lists of one's agency",
    "application.read": "see applications made to or by one's agency",
    "case.read": "see the cases and referrals of one's agency",
    "case.oversee": "see all cases of one's area in figures and rows",
    "webhook.read": "see where news of one's agency is sent",
    "identity.read": "see the records behind a person one's agency serves, and the decisions that made him one",
    "identity.review": "see two source records side by side, to say whether they are one person",
    "linkage.read": "see the runs that link lists of one's agency to the register",
    "identity.oversee": "see how reviewers agree, and what they answered once it is settled",
}
REGISTER = frozenset({
    "person.search", "person.read", "programme.read", "draft.save", "draft.discard", "submission.receive", "person.register",
    "person.claim", "household.add_member", "household.end_membership", "household.resume_membership",
    "household.appoint_guardian", "household.accept_proposal", "household.refuse_proposal", "identity.object", "fact.record", "address.record",
    "person.protect_address", "person.correct", "consent.give", "consent.withdraw", "paper.store", "household.screen", "determination.read",
    "batch.read", "batch.receive", "batch.map", "batch.check",
    "batch.start", "batch.register", "batch.stop", "batch.undo", "person.open_by_reason", "request.open", "identity.suspect"})
FOLLOW = frozenset({
    "entitlement.read", "application.read", "application.apply", "application.withdraw", "application.attach", "application.answer",
    "attachment.open",
    "case.read", "case.open", "case.plan", "case.hand_over", "referral.send", "referral.accept", "referral.decline", "referral.ask",
    "referral.answer", "referral.withdraw", "referral.acknowledge", "referral.group", "referral.undo_group",
    "contact.record", "outcome.record", "outcome.ask", "outcome.confirm"})
DECIDE = frozenset({
    "application.ask_more", "application.decide", "entitlement.award", "entitlement.end", "override.ask", "override.approve", "override.refuse",
    "award_list.read", "award_list.receive", "award_list.map", "award_list.check", "award_list.start", "award_list.load", "award_list.stop",
    "award_list.undo"})
OVERSEE = frozenset({
    "case.oversee", "case.close_unreachable", "overlap.read", "override.approve", "override.refuse", "override.review", "identity.answer_objection"})
REVIEW = frozenset({
    "person.search", "identity.review", "identity_review.take", "identity_review.answer", "identity_review.undo", "certificate.label"})
CERTIFY = frozenset({"identity.oversee", "planted.plant", "certificate.draw", "certificate.sign", "certificate.suspend"})
LINK = frozenset({"linkage.read", "linkage.receive", "linkage.extend", "linkage.map", "linkage.compare", "linkage.stop", "linkage.resume",
                  "linkage.cancel", "linkage.approve", "linkage.undo"})
IDENTITY = frozenset({
    "identity.read", "identity.identify", "identity.link", "identity.not_same", "identity.merge", "identity.unmerge", "identity.move",
    "identity.settle", "identity.ask", "identity.approve", "identity.refuse"})
ROLES: dict[str, frozenset[str]] = {
    "coordinator": REGISTER | FOLLOW | {"sensitive.read", "identity.read", "identity.ask"},
    "officer": REGISTER | FOLLOW | DECIDE | IDENTITY | LINK | {"sensitive.read"},
    "supervisor": REGISTER | FOLLOW | OVERSEE | IDENTITY
    | {"sensitive.read", "address.read_safe", "access.read", "access.review", "user.read", "user.leave"}
    | CERTIFY | LINK | {"identity.review", "linkage.begin", "linkage.train", "linkage.adopt"},
    "identity_officer": REVIEW | IDENTITY | {"identity.answer_objection"},
    "administrator": frozenset({
        "user.read", "user.invite", "user.remind", "user.change", "user.leave", "second_factor.reset", "grant.give", "grant.end",
        "agency.read", "agency.join", "agency.change", "agency.leave", "linkage.agree", "client.create", "client.end",
        "programme.read", "message.read", "law.publish", "certificate.suspend",
        "webhook.read", "webhook.open", "webhook.change", "webhook.close", "webhook.replay"}),
    "protection_officer": frozenset({
        "person.search", "person.read", "identity.read", "identity.object", "identity.answer_objection", "request.read", "request.open",
        "request.answer", "person.erase", "consent.withdraw",
        "access.read", "access.review", "audit.read", "programme.read"}),
    "auditor": frozenset({"audit.read", "access.read", "user.read", "agency.read", "programme.read"}),
    "machine": FOLLOW | LINK | frozenset({
        "person.search", "person.read", "programme.read", "submission.receive", "person.register", "fact.record", "consent.give", "household.screen",
        "determination.read", "application.ask_more", "application.decide", "entitlement.award", "entitlement.end"}),
}
PLATFORM = frozenset({
    "message.send", "message.fail", "key.rotate", "household.propose", "application.remind", "application.lapse", "attachment.remove",
    "referral.expire", "referral.remind", "referral.revoke", "case.follow",
    "case.follow_application", "case.follow_award", "case.reopen", "webhook.send", "override.expire",
    "linkage.refresh", "linkage.apply", "linkage.drop", "identity.detach", "search.alarm", "search.count",
    "identity.auto_link", "identity_review.weigh", "certificate.sample", "certificate.expire"})  # the platform’s own, in its jobs and commands
AREAS = ("national", "state", "agency")
PURPOSES: dict[str, str] = {
    "register": "register a person in need", "screen": "show what a person may receive", "refer": "refer to an agency that can help",
    "decide": "decide an application", "pay": "pay an award", "follow": "follow a case", "audit": "check how the platform is used",
    "administer": "run the platform", "request": "answer a person about his own data", "emergency": "open by written reason",
    "research": "statistics",
}
OFFERED: dict[str, str] = {  # purposes one may choose at a screen -> a verb he must hold; the others are set by the step that needs them
    "register": "submission.receive", "screen": "household.screen", "refer": "household.screen", "decide": "application.decide",
    "pay": "entitlement.award", "follow": "household.screen",
    "request": "request.answer", "audit": "audit.read", "administer": "agency.change",
}


def purposes_for(verbs: frozenset[str]) -> tuple[str, ...]:
    """The purposes that whoever holds these verbs may choose from, the usual one first; `administer` for who holds none of theirs."""
    return tuple(purpose for purpose, verb in OFFERED.items() if verb in verbs) or ("administer",)
