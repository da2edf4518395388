"""How reports say amounts, dates and their own few words, in English and Hindi.

Figures keep the digits 0 to 9 in both languages. The texts of the figures themselves (titles,
columns, accounts) come with the report; here is only what every report has.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from domain.money import exponent, grouped

ENGLISH: Final = "en"
HINDI: Final = "hi"
NOTHING: Final = "–"

SYMBOLS = {"INR": "₹", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}

MONTHS = {
    ENGLISH: (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    HINDI: (
        "जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त",
        "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर",
    ),
}  # fmt: skip


class Scale(StrEnum):
    """The unit that amounts are shown in, for the whole report.

    Schedule III of the Companies Act 2013, general instructions, paragraph 4: below ₹ 100 crore of
    total income the nearest hundreds, thousands, lakhs or millions, from there on lakhs, millions
    or crores, or decimals of these; one unit throughout. Which applies is the company's to know.
    """

    UNITS = "units"
    HUNDREDS = "hundreds"
    THOUSANDS = "thousands"
    LAKHS = "lakhs"
    MILLIONS = "millions"
    CRORES = "crores"

    @property
    def digits(self) -> int:
        """The power of ten."""
        return DIGITS[self]


DIGITS = {
    Scale.UNITS: 0,
    Scale.HUNDREDS: 2,
    Scale.THOUSANDS: 3,
    Scale.LAKHS: 5,
    Scale.MILLIONS: 6,
    Scale.CRORES: 7,
}

SCALES = {
    ENGLISH: {scale: scale.value for scale in Scale},
    HINDI: {
        Scale.HUNDREDS: "सैकड़ों",
        Scale.THOUSANDS: "हज़ार",
        Scale.LAKHS: "लाख",
        Scale.MILLIONS: "मिलियन",
        Scale.CRORES: "करोड़",
    },
}


@dataclass(frozen=True, slots=True)
class Words:
    """What every report says beside its figures, in one language."""

    page: str
    amounts_in: str
    amounts_in_scale: str
    rounded: str
    other_currencies: str
    notes: str
    taken_out: str
    none: str


WORDS = {
    ENGLISH: Words(
        page="Page {page} of {pages}",
        amounts_in="Amounts in {unit}",
        amounts_in_scale="Amounts in {unit} {scale}",
        rounded="Amounts are shown to two decimals of {scale}; totals are those of the exact "
        "amounts, so shown amounts may not add up.",
        other_currencies="Amounts with a currency code are in that currency, in full.",
        notes="Notes",
        taken_out="Taken out by {who} on {day}",
        none="Nothing was posted that this report would show.",
    ),
    HINDI: Words(
        page="पृष्ठ {page} / {pages}",
        amounts_in="राशियाँ {unit} में",
        amounts_in_scale="राशियाँ {unit} {scale} में",
        rounded="राशियाँ {scale} के दो दशमलव तक दिखाई गई हैं; योग पूर्ण राशियों के हैं, "
        "इसलिए दिखाई गई राशियों का जोड़ भिन्न हो सकता है।",
        other_currencies="जिन राशियों के साथ मुद्रा कोड है वे उसी मुद्रा में और पूरी हैं।",
        notes="टिप्पणियाँ",
        taken_out="{who} द्वारा {day} को निकाला गया",
        none="इस रिपोर्ट में दिखाने योग्य कुछ भी दर्ज नहीं हुआ है।",
    ),
}


def words(language: str) -> Words:
    """The words of a language; English where it is not known."""
    return WORDS.get(language, WORDS[ENGLISH])


def day_in(language: str, day: date) -> str:
    """`16 July 2026`, `16 जुलाई 2026`."""
    months = MONTHS.get(language, MONTHS[ENGLISH])
    return f"{day.day} {months[day.month - 1]} {day.year}"


def symbol(currency: str) -> str:
    """`₹`, or the currency's code where it has no sign that is its own."""
    return SYMBOLS.get(currency, currency)


def unit(language: str, currency: str, scale: Scale) -> str:
    """`Amounts in ₹ lakhs`, as it stands above the figures."""
    said = words(language)
    if scale is Scale.UNITS:
        return said.amounts_in.format(unit=symbol(currency))
    return said.amounts_in_scale.format(unit=symbol(currency), scale=scale_in(language, scale))


def scale_in(language: str, scale: Scale) -> str:
    """The scale's name."""
    return SCALES.get(language, SCALES[ENGLISH])[scale]


def figure(amount: int, currency: str, scale: Scale = Scale.UNITS) -> str:
    """`12,34,567.89`, `(5,000.00)` when negative, `–` when nothing: as a statement shows it.

    `amount` is in minor units. Scaled ones have two decimals, half to even.
    """
    if amount == 0:
        return NOTHING
    if scale is Scale.UNITS:
        text = grouped(abs(amount), currency)
    else:
        hundredths = scaled(abs(amount), currency, scale)
        whole, part = divmod(hundredths, 100)
        text = f"{separated(whole, currency)}.{part:02}"
    return f"({text})" if amount < 0 else text


def scaled(amount: int, currency: str, scale: Scale) -> int:
    """Hundredths of the scale's unit, half to even: 1,23,456.50 rupees are 123 of lakhs."""
    return round(Fraction(amount * 100, 10 ** (exponent(currency) + scale.digits)))


def separated(whole: int, currency: str) -> str:
    """`12,34,567`: whole units with the separators of their currency."""
    return grouped(whole * 10 ** exponent(currency), currency).partition(".")[0]


def percent(basis_points: int) -> str:
    """`12.50 %` of 1250 basis points, negative ones in parentheses."""
    whole, part = divmod(abs(basis_points), 100)
    text = f"{whole:,}.{part:02} %"
    return f"({text})" if basis_points < 0 else text
