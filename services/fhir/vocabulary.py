"""The names under which FHIR knows things: extensions, code systems and identifier systems, others' and Cairn's own.

Cairn's own are `urn:cairn:…`. They carry what FHIR has no place for, so that it comes back when the resource does, and
never say anything against the standard elements beside them: a reader that does not know them misreads nothing.
"""

ACHIEVEMENT = "http://terminology.hl7.org/CodeSystem/goal-achievement"
ACCEPTANCE = "http://hl7.org/fhir/StructureDefinition/goal-acceptance"
REASON_REJECTED = "http://hl7.org/fhir/StructureDefinition/goal-reasonRejected"
RELATIONSHIP = "http://hl7.org/fhir/StructureDefinition/goal-relationship"
RELATIONSHIP_TYPE = "http://terminology.hl7.org/CodeSystem/goal-relationship-type"
SCALING = "http://hl7.org/fhir/us/pco/StructureDefinition/pco-goal-attainment-scaling"
"""Goal attainment scaling in HL7's Person-Centered Outcomes implementation guide: `level` and `progressText`."""
UCUM = "http://unitsofmeasure.org"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
CARE_PLAN_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category"
DATA_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
PARTICIPANT_TYPE = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
PARTICIPATION_TYPE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
PART_2 = "https://www.ecfr.gov/current/title-42/chapter-I/subchapter-A/part-2"
"""The text of 42 CFR Part 2 as it stands."""

# ------------------------------------------------------------------------------ Cairn's identifier systems

GOAL_IDENTIFIER = "urn:cairn:goal"
"""`ORG.PATIENT.GOAL`; of a plan `ORG.PATIENT.plan`."""
PATIENT_IDENTIFIER = "urn:cairn:patient"
"""`ORG.PATIENT`."""
ENTRY_IDENTIFIER = "urn:cairn:entry"
"""`ORG.PATIENT.GOAL.ENTRY`: a daily entry."""
ACTOR_IDENTIFIER = "urn:cairn:actor"
"""The opaque id of whoever acted."""
PRINCIPAL = "urn:cairn:principal"
"""The opaque id of whoever asked or submitted, as tokens and accounts name them."""
CLIENT = "urn:cairn:client"
"""The id of an application, as its issuer names it."""
SOURCE = "urn:cairn:source"
"""The system that sent an event, as it names itself."""
ACCESS_OPERATION = "urn:cairn:reading"
"""`KIND:OPERATION`: what kind of thing was read, and by which of Cairn's operations."""
REFERENCE_SYSTEM = "urn:fhir:Goal"
"""The system under which an imported goal keeps the FHIR reference that it had, such as `Goal/example`."""
NO_SYSTEM = "urn:fhir:Goal.identifier"
"""The system of identifiers that name none."""
QUOTED_SYSTEM = "urn:cairn:system:"
"""The beginning of an identifier system that is no URI, and so is percent-encoded behind it."""
EXPRESSED_BY = "urn:fhir:Goal.expressedBy"
"""The system under which an imported goal keeps who expressed it (R5: `source`), such as `Practitioner/p1`."""
SECURITY = "urn:fhir:Goal.meta.security"
"""The system under which an imported goal keeps each of its security labels, as `SYSTEM|CODE`."""

# ------------------------------------------------------------------------------ Cairn's code systems

LIFE_AREA = "urn:cairn:fhir:life-area"
PROGRESS = "urn:cairn:fhir:progress"
"""What an entry of a goal's progress says: `progress` itself, and its parts `done`, `value`, `mood`, `motivation` and
`setback`."""
EVENT_TYPE = "urn:cairn:fhir:event-type"
ACTOR_ROLE = "urn:cairn:fhir:actor-role"

# ------------------------------------------------------------------------------ Cairn's extensions of a Goal

WORDING = "urn:cairn:fhir:goal-wording"
"""string: how the goal is put now; `description` stays the patient's own words."""
KIND = "urn:cairn:fhir:goal-kind"
"""code: process, outcome."""
HORIZON = "urn:cairn:fhir:goal-horizon"
"""code: short_term, long_term."""
RELEVANCE = "urn:cairn:fhir:goal-relevance"
"""integer 0-10, rated by the patient."""
INTERVENTION = "urn:cairn:fhir:goal-intervention"
"""string, one for each."""
CLINICAL_TARGET = "urn:cairn:fhir:goal-clinical-target"
"""string."""
TEMPLATE = "urn:cairn:fhir:goal-template"
"""`id` string, `version` integer."""
PRIORITY = "urn:cairn:fhir:goal-priority"
"""string: the id of the priority in the patient's plan that the goal serves."""
SUPPORTS = "urn:cairn:fhir:goal-supports"
"""Reference(Goal): the long-term goal that this one is a step to."""
OUTCOME = "urn:cairn:fhir:goal-outcome"
"""code: how a closed goal ended, where achievementStatus is coarser: partially_achieved, not_achieved, …"""
SMART = "urn:cairn:fhir:goal-smart"
"""`specific`, `relevant`, `supports` strings, `confidence` integer 0-10, `forWeeks` integer; and of the measure, where
the target's detail has no place for it, `unit` string, `per` and `direction` codes."""
SCALE = "urn:cairn:fhir:goal-scale"
"""`baseline` integer -2 to +2, `importance` and `difficulty` integers 0-3."""

# ------------------------------------------------------------------------------ Cairn's extensions of a CarePlan

PLAN_REASON = "urn:cairn:fhir:plan-reason"
"""`text` string, `whose` code: why the patient is in treatment, and whose reason that is."""
PLAN_PRIORITY = "urn:cairn:fhir:plan-priority"
"""`id` string, `text` string, `rank` integer: what would make recovery feel worth it."""
PLAN_PRACTICE = "urn:cairn:fhir:plan-practice"
"""`reviewEveryDays`, `activeGoalLimit` integers, `timeZone` string, `accommodation` codes, `setting` code,
`dualDiagnosis` boolean, `closedReason` string."""

# ------------------------------------------------------------------------------ Cairn's extensions of a Consent

CONSENT_TERMS = "urn:cairn:fhir:consent-terms"
"""`information` string, `what` codes, `untilEvent` string, `untilEndOfTreatment` boolean, `discloser`, `revocation`,
`redisclosure` and `refusing` strings: the terms of a consent for which FHIR has no element."""
