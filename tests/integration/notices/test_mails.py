"""Mails over real SMTP: in the clear, by TLS and by STARTTLS, with a login, and refused in every way."""

import datetime
import ssl
from collections.abc import AsyncIterator
from email.headerregistry import Address
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from frontrow.adapters.notices.mail_message import MailStyle
from frontrow.adapters.notices.mail_words import LANGUAGES
from frontrow.adapters.notices.smtp import MailSender, mail_server_of
from frontrow.domain.booking import ContactInfo
from frontrow.domain.notice import NoticeChannel, NoticeKind
from frontrow.domain.notice_content import NoticeContent
from frontrow.ports.notice_sender import NoticeNotTaken, NoticeRefused, NoticeSent, SendOutcome
from tests.support.mail_server import MailBox, mail_server
from tests.support.told import AT_MS, BOOKING, content

STYLE = MailStyle(Address("Grand Theatre", addr_spec="tickets@theatre.example"), LANGUAGES["de"], ZoneInfo("UTC"))
TOLD = content(NoticeKind.BOOKING_CONFIRMED, NoticeChannel.EMAIL)


@pytest.fixture
async def box() -> AsyncIterator[MailBox]:
    async with mail_server() as made:
        yield made


async def sent(
    box: MailBox, told: NoticeContent = TOLD, *, scheme: str = "smtp", login: str = "", timeout_s: float = 30.0
) -> SendOutcome:
    server = mail_server_of(f"{scheme}://{login}localhost:{box.port}")
    return await MailSender(server, STYLE, timeout_s=timeout_s).send(told, now_ms=AT_MS)


async def test_a_mail_is_handed_in_for_its_customer(box: MailBox) -> None:
    assert await sent(box) == NoticeSent(250)
    [mail] = box.mails
    assert (mail.sender, mail.recipients) == ("tickets@theatre.example", ("ada@example.com",))
    assert mail.message["subject"] == "Ihre Tickets für Spring Gala"
    assert "Buchungscode: AAAA-BBBB" in mail.text("plain")
    assert "AAAA-BBBB" in mail.text("html")
    assert [part.get_content_type() for part in mail.message.iter_attachments()] == ["text/calendar"]


@pytest.mark.parametrize("name", ["refuse_recipient", "refuse_mail"])
@pytest.mark.parametrize(
    ("answer", "expected"), [("550 5.1.1 no such ada@example.com", NoticeRefused), ("451 later", NoticeNotTaken)]
)
async def test_what_is_refused_for_good_is_given_up_and_what_is_refused_for_now_is_not(
    box: MailBox, name: str, answer: str, expected: type[NoticeRefused | NoticeNotTaken]
) -> None:
    setattr(box, name, answer)
    outcome = await sent(box)
    assert isinstance(outcome, expected)
    assert outcome.status == int(answer[:3])
    assert "ada" not in outcome.reason
    assert box.mails == []


async def test_a_sender_that_is_refused_is_ours_to_mend(box: MailBox) -> None:
    box.refuse_sender = "550 not from here"
    outcome = await sent(box)
    assert isinstance(outcome, NoticeNotTaken)
    assert outcome.status == 550


async def test_a_login_is_made_and_a_wrong_one_is_ours_to_mend() -> None:
    async with mail_server(wants_login=True) as box:
        assert await sent(box, login="ada:p%40ss%2Fword@") == NoticeSent(250)
        assert box.logins[-1] == ("ada", "p@ss/word")
        outcome = await sent(box, login="ada:wrong@")
        assert isinstance(outcome, NoticeNotTaken)
        assert outcome.status == 535
        assert isinstance(await sent(box), NoticeNotTaken)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
async def test_a_servers_certificate_is_verified(scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = certified(tmp_path)
    serving = mail_server(tls=context) if scheme == "smtps" else mail_server(starttls=context)
    async with serving as box:
        outcome = await sent(box, scheme=scheme)
        assert isinstance(outcome, NoticeNotTaken), "nobody vouches for this certificate"
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert await sent(box, scheme=scheme) == NoticeSent(250)
        assert len(box.mails) == 1


async def test_a_server_without_starttls_is_given_nothing(box: MailBox) -> None:
    assert isinstance(await sent(box, scheme="smtp+starttls"), NoticeNotTaken)
    assert box.mails == []


async def test_a_server_that_is_away_is_worth_another_attempt(box: MailBox) -> None:
    box.port = 1
    assert isinstance(await sent(box), NoticeNotTaken)


async def test_who_was_erased_is_written_no_mail(box: MailBox) -> None:
    erased = msgspec.structs.replace(TOLD, booking=msgspec.structs.replace(BOOKING, contact_info=ContactInfo("", "")))
    outcome = await sent(box, erased)
    assert isinstance(outcome, NoticeRefused)
    assert box.mails == []


async def test_an_address_with_other_letters_reaches_a_server_that_takes_them(box: MailBox) -> None:
    unusual = msgspec.structs.replace(BOOKING, contact_info=ContactInfo("", "ünal@bücher.example"))
    assert await sent(box, msgspec.structs.replace(TOLD, booking=unusual)) == NoticeSent(250)
    assert box.mails[0].recipients == ("ünal@xn--bcher-kva.example",)


def certified(folder: Path) -> ssl.SSLContext:
    """TLS for localhost by a certificate that stands for itself, left in `cert.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
