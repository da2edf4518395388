"""The units that quantities count in: the unit quantity codes of GST, and a few that it lacks."""

from collections.abc import Mapping
from typing import Final

# Unit quantity codes as the GST network lists them for form GSTR-1, table 12.
UQC: Final[Mapping[str, str]] = {
    "BAG": "bags", "BAL": "bales", "BDL": "bundles", "BKL": "buckles", "BOU": "billions of units",
    "BOX": "boxes", "BTL": "bottles", "BUN": "bunches", "CAN": "cans", "CBM": "cubic metres",
    "CCM": "cubic centimetres", "CMS": "centimetres", "CTN": "cartons", "DOZ": "dozens",
    "DRM": "drums", "GGK": "great gross", "GMS": "grams", "GRS": "gross", "GYD": "gross yards",
    "KGS": "kilograms", "KLR": "kilolitres", "KME": "kilometres", "LTR": "litres",
    "MLT": "millilitres", "MTR": "metres", "MTS": "metric tons", "NOS": "numbers",
    "OTH": "others", "PAC": "packs", "PCS": "pieces", "PRS": "pairs", "QTL": "quintals",
    "ROL": "rolls", "SET": "sets", "SQF": "square feet", "SQM": "square metres",
    "SQY": "square yards", "TBS": "tablets", "TGM": "ten gross", "THD": "thousands",
    "TON": "tonnes", "TUB": "tubes", "UGS": "US gallons", "UNT": "units", "YDS": "yards",
}  # fmt: skip

# What no return asks for has small letters, so that nobody takes it for a code.
OWN: Final[Mapping[str, str]] = {
    "hour": "hours", "day": "days", "month": "months", "per_cent": "per cent",
}  # fmt: skip

UNITS: Final[Mapping[str, str]] = {**UQC, **OWN}
