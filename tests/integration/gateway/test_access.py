"""Who is answered what: every operation, for every role, about itself, others, and other organisations."""

from collections.abc import AsyncIterator, Iterator
from itertools import product
from typing import NamedTuple, get_args

import httpx
import pytest
from nats.aio.client import Client

from events.identity import GoalId
from events.log.client.resilient import ResilientClient
from services.access.policy import GRANTS, Reading
from services.access.principal import Principal, Role
from services.gateway.access.operations import OPERATIONS, Operation
from tests.builders import active_goal
from tests.integration.gateway.http import Http
from tests.tokens import REFUSED, bearing
