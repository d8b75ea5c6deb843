"""Names and addresses of people: what somebody would type is taken, what cannot be mailed to or misleads is not."""

import pytest

from frontrow.http.dialects.orders import Customer
from frontrow.http.dialects.seat_booking.requests import SeatBookingContact
from frontrow.http.faults import faults_of
from frontrow.http.v1.purchases import Contact


def faulty(name: str = "Ada Lovelace", email: str = "ada@example.com") -> set[str]:
    """The faulty fields, which v1 and the dialects agree on."""
    contact = {"name": name, "email": email}
    v1, *others = ({it.field for it in faults_of(contact, of)} for of in (Contact, Customer, SeatBookingContact))
    assert others == [v1, v1]
    return v1


@pytest.mark.parametrize(
    "email",
    [
        "a@b",
        "a@b.co",
        "Ada.Lovelace+gala@mail.example.co.uk",
        "o'brien@example.ie",
        "a.b..c.@docomo.ne.jp",
        ".ada@example.jp",
        "_x-1!#$%&'*+/=?^`{|}~@example.com",
        "1@xn--bcher-kva.example",
        "zoë@bücher.example",
        "用户@例子.公司",
        "राम@उदाहरण.भारत",
        "مثال@مثال.السعودية",
        "ada@localhost",
        "a@under_score.example",
        "x" * 64 + "@example.museum",
    ],
)
def test_an_address_that_people_have_is_taken(email: str) -> None:
    assert faulty(email=email) == set()


@pytest.mark.parametrize(
    "email",
    [
        "a@b.co>",
        "<a@b.co>",
        "Ada <a@b.co>",
        "a b@example.com",
        "a@exam ple.com",
        " a@b.co",
        "a@b.co ",
        "a@b.co\n",
        "a\u00a0b@example.com",
        "a\u200b@example.com",
        "a\u202e@example.com",
        "a@b@example.com",
        "@example.com",
        "a@",
        "a@.example",
        "a@example.",
        "a@example..com",
        "a@b.co,c@d.co",
        "a@b.co;c@d.co",
        "mailto:a@b.co",
        "a@b.co?subject=x",
        "a@b.co/x",
        "a(b)@example.com",
        "a@[10.0.0.1]",
        'a"b@example.com',
        "a\\b@example.com",
        "a\x85@example.com",
    ],
)
def test_what_cannot_be_mailed_to_is_named(email: str) -> None:
    assert faulty(email=email) == {"email"}


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "X",
        "J. R. R. O'Neill-Smith, Jr. (Bob)",
        "Zoë Ångström",
        "李小龍",
        "さくら 山田",
        "김민준",
        "محمد بن سلمان",
        "علی‌رضا",
        "\u200fدוד\u200e",
        "ක්\u200dරිෂ්ණ",
        "राम कुमार",
        "ประยุทธ์ จันทร์โอชา",
        "Нгуен Ван",
        "Nguyễn Thị",
        "👩\u200d👩\u200d👧 Family",
        "Ada\u00a0Lovelace",
        "<b>Ada</b> & co. @home",
        "山田\u3000太郎",
    ],
)
def test_a_name_in_any_script_is_taken(name: str) -> None:
    assert faulty(name=name) == set()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "A\nB",
        "A\r",
        "A\tB",
        "A\x00",
        "A\x1b[2J",
        "A\x7f",
        "A\x85B",
        "A\u2028B",
        "A\u202eB",
        "A\u202a",
        "A\u2066B",
        "A\n",
    ],
)
def test_a_name_that_steers_the_printing_is_named(name: str) -> None:
    assert faulty(name=name) == {"name"}
