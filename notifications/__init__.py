"""The door to people: carries what happened to those who should be told.

Hears of it through the outbox only. ``relay`` takes due entries from the
database and queues them; ``worker`` handles them; ``pool`` keeps both running;
``bell`` lets the web wake the relay. Redis carries wake-up calls, never truth.
"""
