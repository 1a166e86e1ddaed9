"""Goal templates: a start for a talk, never the goal itself. The words that count are the patient's own."""
