"""The library's own test cases for applications, unmodified."""

import pytest
from eventsourcing.tests import application as library


class TestExampleApplication(library.ExampleApplicationTestCase):
    expected_factory_topic = "events.log.persistence.factory:NATSFactory"


@pytest.mark.filterwarnings("default:.log. is deprecated:DeprecationWarning")
class TestApplication(library.ApplicationTestCase):
    """Most of these leave their application unclosed; its thread has to end by itself."""
