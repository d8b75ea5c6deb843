"""E-mails in Arabic."""

from frontrow.adapters.notices.mail_words.words import MailWords
from frontrow.domain.payment import RefundReason


def _seat_count(count: int) -> str:
    if count == 1:
        return "مقعد واحد"
    if count == 2:
        return "مقعدان"
    last = count % 100
    return f"{count} مقاعد" if 3 <= last <= 10 else f"{count} مقعدًا" if last > 10 else f"{count} مقعد"


ARABIC = MailWords(
    tag="ar",
    is_right_to_left=True,
    weekdays=("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
    months=(
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ),
    date="{weekday}، {day} {month} {year}، {time} ({zone})",
    group_mark=",",
    decimal_mark=".",
    seat_count=_seat_count,
    confirmed_subject="تذاكرك: {event}",
    confirmed_head="تم تأكيد حجزك.",
    cancelled_subject="إلغاء مقاعد: {event}",
    cancelled_head="أُلغيت هذه المقاعد من حجزك.",
    event_cancelled_subject="أُلغي العرض: {event}",
    event_cancelled_head="نأسف: أُلغي العرض، وأُلغيت معه مقاعدك.",
    refunded_subject="استرداد مبلغ: {event}",
    refunded_head="سيُعاد إليك مبلغ من المال.",
    code="رمز الحجز",
    show_code="أبرز هذا الرمز عند المدخل.",
    seats="المقاعد",
    seats_left="ما زال محجوزًا",
    total="المجموع",
    includes="يشمل {charge}",
    refund="أعدنا إليك {amount}. ويعتمد موعد ظهور المبلغ في حسابك على مصرفك.",
    refund_elsewhere="سيُعيد إليك {amount} من استلم دفعتك.",
    refund_pending="إذا كان لك مبلغ يُعاد إليك فسنخبرك بمقداره في رسالة أخرى.",
    reasons={
        RefundReason.SEATS_CANCELLED: "أُلغيت مقاعد من حجزك.",
        RefundReason.EVENT_CANCELLED: "أُلغي العرض.",
        RefundReason.PAID_LATE: "وصلت دفعتك متأخرة، وكانت المقاعد قد حُجزت لغيرك.",
        RefundReason.PAID_TWICE: "كنت قد دفعت مرتين.",
        RefundReason.WRONG_AMOUNT: "لم تكن دفعتك بالمبلغ المستحق.",
        RefundReason.GIVEN_UP: "أُلغي الطلب قبل وصول دفعتك.",
    },
    see_booking="حجزك",
    see_order="اعرض حجزك",
    order_number="رقم الطلب",
    calendar_hint="مدة العرض غير معروفة، لذا يمتد الموعد في التقويم ساعتين.",
    automatic="أُرسلت هذه الرسالة آليًا.",
    row_seat="الصف {row}، المقعد {seat}",
    named_seat="{place}، المقعد {seat}",
    seat="المقعد {seat}",
    table="الطاولة {table}",
    table_word="طاولة",
)
