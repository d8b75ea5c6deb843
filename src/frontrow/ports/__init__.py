"""The ports: what the services need of the world, as Protocols. Adapters implement them; `app.py` joins them.

What they leave out on purpose: no port knows about HTTP, prices are computed before the ledger sees them, and the
hold store never reads the ledger (a service warms it).
"""

from frontrow.ports.clock import Clock
from frontrow.ports.hold_store import ChangeFeed, HoldStore
from frontrow.ports.ledger import Ledger
from frontrow.ports.notice_sender import NoticeSender
from frontrow.ports.order_ledger import OrderLedger
from frontrow.ports.payment_gateway import PaymentGateway

__all__ = [
    "ChangeFeed",
    "Clock",
    "HoldStore",
    "Ledger",
    "NoticeSender",
    "OrderLedger",
    "PaymentGateway",
]
