#!/usr/bin/env bash
set -euo pipefail

# Guess: an event holds what was given when it happened; what the aggregate does later is in later events. Reading an aggregate back from
#   the repository gives what was saved.
# Seen: in PyPI eventsourcing 9.5.6 the event keeps the very list that it was given, and the aggregate keeps it too. If a later method
#   appends to that list before save(), the first event is stored with the later value in it, and replay adds it once more: ["x"]
#   when saved, ["x", "x"] when read back. Saved after each step, or with tuples, it is right.
# Cost: history says that something was there from the start, and the state differs by whether a request did one thing or two.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check eventsourcing==9.5.6 2>/dev/null
cat > try.py <<'PY'
import sys
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
class Plan(Aggregate):
    def __init__(self, steps: list[str]) -> None:
        self.steps = steps
    @event("StepAdded")
    def add(self, step: str) -> None:
        self.steps.append(step)
def run(save_between):
    app = Application()
    plan = Plan(steps=[])
    if save_between:
        app.save(plan)
        plan = app.repository.get(plan.id)
    plan.add("x")
    app.save(plan)
    first = next(iter(app.events.get(plan.id)))
    return plan.steps, app.repository.get(plan.id).steps, first.steps
for save_between in (True, False):
    live, read, first = run(save_between)
    print(f"saved between the two: {save_between}; live {live}, read back {read}, in the first event {first}")
sys.exit(0 if run(True) == (["x"], ["x"], []) and run(False) == (["x"], ["x", "x"], ["x"]) else 1)
PY
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("eventsourcing",)), sep=", ")'
venv/bin/python try.py || { echo "The behaviour has changed."; exit 1; }
