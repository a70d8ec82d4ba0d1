"""Roles, areas, purposes and verbs as people say them; a test holds every list equal to the kernel's."""
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from sinergi.kernel.models import Agency, Grant
from sinergi.registry.codes import STATES

ROLES = {
    "coordinator": (_("Coordinator"), _("registers people in need and shows them what they may receive")),
    "officer": (_("Agency officer"), _("does what a coordinator does, and decides for the agency")),
    "supervisor": (_("Supervisor"), _("reviews, as the second person, what was opened by written reason; lets staff leave")),
    "administrator": (_("Administrator"), _("runs partners, users and roles; sees no personal data")),
    "identity_officer": (_("Identity officer"), _("says of two records whether they are one person")),
    "protection_officer": (_("Data protection officer"), _("answers people about their own data")),
    "auditor": (_("Auditor"), _("checks how the platform is used")),
    "machine": (_("Partner system"), _("another system of the agency, by the API")),
}
AREAS = {"national": _("the whole nation"), "state": _("one state"), "agency": _("the agency")}
PURPOSES = {
    "register": _("registration"), "screen": _("screening"), "refer": _("referral"), "decide": _("decision"), "pay": _("payment"),
    "follow": _("following a case"), "audit": _("audit"), "administer": _("administration"), "request": _("a person’s request"),
    "emergency": _("opened by written reason"), "research": _("statistics"),
}
PURPOSES_SAY = {
    "register": _("You take down what a person in need says, or put it right."),
    "screen": _("You show a household what it may receive."),
    "refer": _("You look for the agency that can help, and lead the person there."),
    "decide": _("You decide an application under your agency’s own rules."),
    "pay": _("You record or end a benefit that your agency gives."),
    "follow": _("You look how a person you already helped is doing."),
    "request": _("You answer a person who asks about his own data."),
    "audit": _("You check how the platform is used."),
    "administer": _("You run partners, users and roles."),
}
VERBS = {
    "identity.suspect": _("send a pair that looks alike to the review"),
    "person.search": _("find whether a person is known, and his state"), "person.read": _("open a person the agency serves"),
    "sensitive.read": _("read religion, health and offences of a person the agency serves"),
    "address.read_safe": _("read an address that is hidden for safety"), "programme.read": _("read the catalogue of programmes"),
    "determination.read": _("read stored screenings"), "batch.read": _("see the agency’s lists"), "audit.read": _("search the audit"),
    "user.read": _("see users and their roles"), "agency.read": _("see partners"), "message.read": _("see the outbox"),
    "request.read": _("see what people ask about their own data"), "access.read": _("see what was opened by written reason"),
    "draft.save": _("keep a draft"), "draft.discard": _("throw a draft away"), "submission.receive": _("take down a submission"),
    "person.register": _("register a person"), "person.claim": _("open a known person with his consent"),
    "household.add_member": _("add a member to a household"), "household.end_membership": _("end a membership of a household"),
    "household.resume_membership": _("take back an ended membership"),
    "identity.object": _("take down that a person objects to joined records"),
    "identity.answer_objection": _("answer such an objection"),
    "household.accept_proposal": _("write down that people said they belong together"),
    "household.refuse_proposal": _("write down that people said they do not"),
    "household.appoint_guardian": _("name a guardian"), "fact.record": _("record facts"), "address.record": _("record an address"),
    "person.protect_address": _("hide an address for safety"), "person.correct": _("correct a person’s particulars"),
    "consent.give": _("record a consent"), "consent.withdraw": _("withdraw a consent"), "paper.store": _("keep a document"),
    "household.screen": _("screen a household"), "batch.receive": _("bring a list"), "batch.map": _("say which column means what"),
    "batch.check": _("check a list"), "batch.start": _("begin to register a list"), "batch.register": _("register the rows of a list"),
    "batch.stop": _("give a list up"), "batch.undo": _("undo a list"), "person.open_by_reason": _("open a person by written reason"),
    "request.open": _("take down a request about one’s own data"), "request.answer": _("answer such a request"),
    "person.erase": _("erase a person"), "access.review": _("review what was opened by written reason"),
    "user.invite": _("invite a user"), "user.remind": _("send an invitation again"), "user.change": _("correct a user’s name or language"),
    "user.leave": _("let a user leave"), "second_factor.reset": _("reset a lost second factor"), "grant.give": _("give a role"),
    "grant.end": _("end a role"), "agency.join": _("let a partner join"), "agency.change": _("correct a partner’s particulars"),
    "agency.leave": _("let a partner leave"), "client.create": _("let a partner system in"), "client.end": _("end a partner system’s access"),
    "law.publish": _("publish the law"),
    "entitlement.read": _("see what a served person receives"), "overlap.read": _("see who receives twice, and the exceptions"),
    "award_list.read": _("see the agency’s award lists"), "application.read": _("see applications made to or by the agency"),
    "case.read": _("see the agency’s cases and referrals"), "case.oversee": _("see all cases of an area"),
    "webhook.read": _("see where news is sent"),
    "application.apply": _("apply for a person"), "application.withdraw": _("take an application back"),
    "application.attach": _("attach a document to an application"), "application.answer": _("answer what the deciding agency asked"),
    "attachment.open": _("open a document of an application"),
    "application.ask_more": _("ask for more before deciding"), "application.decide": _("decide an application"),
    "case.open": _("open a case"), "case.plan": _("set a case’s next step and date"), "case.hand_over": _("hand a case over"),
    "case.close_unreachable": _("close a case whose person cannot be reached"),
    "referral.send": _("refer a person"), "referral.accept": _("accept a referral"), "referral.decline": _("decline a referral"),
    "referral.ask": _("ask back about a referral"), "referral.answer": _("answer a question about a referral"),
    "referral.group": _("refer many people at once"), "referral.undo_group": _("take a group of referrals back"),
    "referral.withdraw": _("take a referral back"), "referral.acknowledge": _("say that a withdrawal was seen"),
    "contact.record": _("record a contact"),
    "outcome.record": _("record that help was given, and ask the person"), "outcome.ask": _("ask the person again"),
    "outcome.confirm": _("write down what the person answered"),
    "entitlement.award": _("award a benefit"), "entitlement.end": _("end a benefit"),
    "override.ask": _("ask for an exception to the overlap lock"), "override.approve": _("approve such an exception as the second person"),
    "override.refuse": _("refuse such an exception"), "override.review": _("review exceptions"),
    "award_list.receive": _("bring a list of awards"), "award_list.map": _("say which column of an award list means what"),
    "award_list.check": _("check an award list"), "award_list.start": _("begin to load an award list"),
    "award_list.load": _("load the rows of an award list"), "award_list.stop": _("give an award list up"),
    "award_list.undo": _("undo an award list"),
    "linkage.read": _("see the agency’s lists being matched"), "linkage.receive": _("bring a list to match"),
    "linkage.extend": _("add rows to such a list"),
    "linkage.map": _("say which column of such a list means what"), "linkage.compare": _("compare a list with the register"),
    "linkage.stop": _("stop a comparison"), "linkage.resume": _("go on with a comparison"), "linkage.cancel": _("give a comparison up"),
    "linkage.approve": _("approve what a comparison found"), "linkage.undo": _("take back what a comparison linked"),
    "linkage.train": _("let the register learn its own weights"), "linkage.adopt": _("adopt weights that another had learnt"),
    "linkage.begin": _("look for duplicates in the register"), "linkage.agree": _("write down what is agreed about a partner’s lists"),
    "webhook.open": _("let news be sent to a partner system"), "webhook.change": _("change where news is sent"),
    "identity.read": _("see the records behind a person"), "identity.identify": _("keep a record as a known person’s"),
    "identity.link": _("confirm that two records are one person"), "identity.not_same": _("say that two records are two people"),
    "identity.merge": _("join two persons into one"), "identity.unmerge": _("undo such a joining"),
    "identity.move": _("give a record to another person"), "identity.settle": _("say whose a thing is after an undone joining"),
    "identity.ask": _("ask a second person for a joining or its undoing"), "identity.approve": _("approve it as the second person"),
    "identity.refuse": _("refuse it as the second person"),
    "identity.review": _("see two records side by side"), "identity.oversee": _("see how reviewers agree"),
    "identity_review.take": _("take the next pairs to review"), "identity_review.answer": _("say whether two records are one person"),
    "identity_review.undo": _("take such an answer back"), "planted.plant": _("plant pairs whose answer is known"),
    "certificate.draw": _("draw pairs for a certificate"), "certificate.label": _("label drawn pairs blind"),
    "certificate.sign": _("sign a certificate"), "certificate.suspend": _("suspend a certificate"),
    "webhook.close": _("end the sending of news"), "webhook.replay": _("send news again"),
}


def role_word(role: str) -> str:
    """The name of a role in the page's language."""
    return str(ROLES[role][0])


def agency_name(agency: Agency) -> str:
    """The name of an agency in the page's language."""
    return str(agency.name_ms if get_language() == "ms" else agency.name_en)


def area_word(grant: Grant, agency: Agency | None) -> str:
    """Where a grant holds: the nation, a state by name, the user's agency by name."""
    if grant.area_kind == "national":
        return str(AREAS["national"])
    if grant.area_kind == "state":
        return STATES[grant.area].name if grant.area in STATES else grant.area
    return agency_name(agency) if agency is not None and agency.code == grant.area else grant.area.upper()


def roles_holding(verb: str, held: dict[str, frozenset[str]]) -> str:
    """Which roles hold a verb, in a row of words: who can help where one may not."""
    words = [role_word(role) for role, verbs in held.items() if verb in verbs and role != "machine"]
    return ", ".join(words[:-1]) + (f" {gettext('or')} {words[-1]}" if len(words) > 1 else "".join(words))
