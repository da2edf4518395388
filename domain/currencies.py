"""The currencies there are and how many digits each has after the point. No amounts, no rates.

Source: ISO 4217, list one (current currency and funds codes), as published on 2026-01-01 by SIX,
the maintenance agency. Left out are the codes for which it states no minor unit, so that no amount
of them can be counted: metals and bond market units (XAG, XAU, XBA, XBB, XBC, XBD, XPD, XPT), units
of account (XDR, XSU, XUA) and the codes for testing and for none (XTS, XXX).
"""

PUBLISHED = "2026-01-01"

BY_EXPONENT = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP "
        "BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB "
        "EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES "
        "KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
        "MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD "
        "RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP "
        "TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

# Digits after the decimal point, by code.
EXPONENTS = {code: exponent for exponent, codes in BY_EXPONENT.items() for code in codes.split()}
