"""What every purchase says of itself, direct or by an order: whom to tell, and a payment that was made elsewhere."""

import msgspec

from frontrow.domain.booking import ContactInfo, PaymentInfo
from frontrow.http.fields import ContactEmail, PersonName, PhoneNumber, RequiredText, Text


class Contact(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """Whom to tell about the booking."""

    name: PersonName
    email: ContactEmail
    phone: PhoneNumber | None = None


class BookedContact(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Who was to be told. `email` is empty where the booking was made by a dialect that asks for none, and every member
    is where the person was erased."""

    name: str
    email: str
    phone: str | None = None


class Payment(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A payment made elsewhere, as you state it."""

    method: RequiredText
    transaction_id: Text | None = None
    gateway: Text | None = None


def contact_info(contact: Contact) -> ContactInfo:
    """The contact as the use cases take it."""
    return ContactInfo(name=contact.name, email=contact.email, phone=contact.phone)


def booked_contact(contact: ContactInfo) -> BookedContact:
    """The contact as it is shown."""
    return BookedContact(name=contact.name, email=contact.email, phone=contact.phone)


def payment_info(payment: Payment | None) -> PaymentInfo | None:
    """The stated payment as the use cases take it."""
    if payment is None:
        return None
    return PaymentInfo(method=payment.method, transaction_id=payment.transaction_id, gateway=payment.gateway)


def stated_payment(payment: PaymentInfo | None) -> Payment | None:
    """The stated payment as it is shown."""
    if payment is None:
        return None
    return Payment(method=payment.method, transaction_id=payment.transaction_id, gateway=payment.gateway)
