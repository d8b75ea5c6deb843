"""What no caller can plan for. Expected outcomes are return values; see hold.py and booking.py.

FrontrowError
├── StoreUnavailable    the hold store gave no usable answer in time
├── LedgerUnavailable   the ledger gave no usable answer in time
├── PaymentUnavailable  the payment gateway gave no usable answer in time
└── ConfigurationError  a setting or the environment is wrong; the message says what to do
"""


class FrontrowError(Exception):
    """The root of every exception Frontrow raises on purpose."""


class StoreUnavailable(FrontrowError):
    """The hold store did not answer, or refused for want of memory or a primary.

    What was asked may have happened. `retry_after_s` is a hint for whole seconds to wait.
    """

    def __init__(self, reason: str, *, retry_after_s: int = 1) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class LedgerUnavailable(FrontrowError):
    """The ledger did not answer or cannot write (full disk, read-only folder, server down).

    What was asked may have been committed; it is settled by asking again under the same id. `surely_not_written`
    says that it was not and never will be: the transaction was not begun, or its ROLLBACK was answered.
    """

    def __init__(self, reason: str, *, retry_after_s: int = 1, surely_not_written: bool = False) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
        self.surely_not_written = surely_not_written


class PaymentUnavailable(FrontrowError):
    """The payment gateway did not answer, or answered what cannot be understood.

    Money may have been taken or given back; it is settled by asking again under the same reference.
    """

    def __init__(self, reason: str, *, retry_after_s: int = 1) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class ConfigurationError(FrontrowError):
    """A setting, file or program this process needs is missing or wrong; the message says the remedy."""
