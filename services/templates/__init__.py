"""Goal templates: they help patient and clinician to begin; a goal's statement is always in the patient's words."""
