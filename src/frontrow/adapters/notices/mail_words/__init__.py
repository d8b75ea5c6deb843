"""The texts of e-mails, one module for each language. A new one is a module here and a line in LANGUAGES."""

from frontrow.adapters.notices.mail_words.arabic import ARABIC
from frontrow.adapters.notices.mail_words.english import ENGLISH
from frontrow.adapters.notices.mail_words.german import GERMAN
from frontrow.adapters.notices.mail_words.words import MailWords

LANGUAGES: dict[str, MailWords] = {words.tag: words for words in (ENGLISH, GERMAN, ARABIC)}
"""By their tag (BCP 47)."""

__all__ = ["LANGUAGES", "MailWords"]
