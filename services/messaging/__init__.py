"""Messages between services: the FastStream broker on which subjects are heard, and what is around each handler.

A service registers its subscribers and publishers on a broker by a function, and `services/gateway/messages` calls the
same functions to describe them; so the AsyncAPI document says what runs. A handler takes and returns typed values. What
is around it is the same everywhere (:mod:`services.messaging.handling`): it is counted, traced, and answered whatever
happens.
"""
