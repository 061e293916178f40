"""Labels and forms of the numbers by which other states know a person; checks by `national_id`."""

from __future__ import annotations

from yurai_filters.pii import national_id as check
from yurai_filters.pii.rules import Rule, groups

_NUMBER = r"(?: ?(?:no\.?|nr\.?|number|num\.?|#))?"

RULES = (
    Rule(
        "ssn",
        r"ssns?|social[ -]security|soc\.? ?sec\.?(?: ?no\.?)?|社会保障番号|ソーシャルセキュリティ",
        groups(3, 2, 4),
        check.is_social_security,
        gap="far",
        behind=True,
    ),
    *(
        Rule("national-id", labels, forms, test, gap="far", behind=True)
        for labels, forms, test in (
            (r"身份证|身分证|居民身份|公民身份|resident id|chinese id", r"[0-9]{17}[0-9Xx]", check.is_china),
            (r"주민\s?등록\s?번호|주민번호|resident registration", r"[0-9]{6}-?[0-9]{7}", check.is_korea),
            (r"身分證|身份證|統一證號|居留證", r"[A-Za-z][0-9]{9}", check.is_taiwan),
            (r"nric", r"[STFGMstfgm][0-9]{7}[A-Za-z]", check.is_singapore),
            (r"aadhaa?r|आधार|uidai", groups(4, 4, 4), check.is_india),
            (
                r"steuer-?id(?:entifikationsnummer|nr)?|steuerliche identifikationsnummer|identifikationsnummer|idnr",
                groups(2, 3, 3, 3, signs=" "),
                check.is_germany,
            ),
            (
                r"s[ée]curit[ée] sociale|num[ée]ro insee",
                r"[12] ?[0-9]{2} ?[0-9]{2} ?(?:[0-9]{2}|2[ABab]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
                check.is_france,
            ),
            (
                r"codice fiscale|cod\.? ?fisc",
                r"[A-Za-z]{6}[0-9]{2}[A-Za-z][0-9]{2}[A-Za-z][0-9]{3}[A-Za-z]",
                check.is_italy,
            ),
            (
                r"documento nacional|n[uú]mero de identidad|d\.n\.i\.|n\.i\.f\.|n\.i\.e\.",
                r"(?:[0-9]{8}|[XYZxyz]-?[0-9]{7})[- ]?[A-Za-z]",
                check.is_spain,
            ),
            (r"burgerservicenummer|sofi-?nummer", r"[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}", check.is_netherlands),
            (r"pesel", r"[0-9]{11}", check.is_poland),
            (
                r"personnummer|samordningsnummer|personal identity number",
                r"(?:[0-9]{2})?[0-9]{6}[-+]?[0-9]{4}|[0-9]{6} ?[0-9]{5}",
                check.is_scandinavia,
            ),
            (
                r"henkil[öo]tunnus|hetu|personbeteckning|personal identity code",
                r"[0-9]{6}[-+A-Fa-fU-Yu-y][0-9]{3}[0-9A-Za-z]",
                check.is_finland,
            ),
            (r"cpfs?", r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9]{9}-?[0-9]{2}", check.is_brazil),
            (r"social insurance" + _NUMBER, groups(3, 3, 3), check.is_canada),
            (r"kimlik", r"[0-9]{11}", check.is_turkey),
            (
                r"rijksregister(?:nummer)?|num[ée]ro (?:de registre )?national|registre national|nationaal nummer",
                r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}[.-][0-9]{2}|[0-9]{11}",
                check.is_belgium,
            ),
            (
                r"ahv|avs|sozialversicherungsnummer",
                r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}|756[0-9]{10}",
                check.is_switzerland,
            ),
            (r"f[øo]dselsnummer", groups(6, 5, signs=" "), check.is_norway),
            (r"nhs" + _NUMBER, groups(3, 3, 4), check.is_health_service),
            (r"tfn|tax file", groups(3, 3, 3, signs=" "), check.is_australia),
        )
    ),
    Rule(
        "national-id",
        r"national insurance" + _NUMBER + r"|nino|ni number",
        r"[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z][A-CEGHJ-NPR-TW-Za-ceghj-npr-tw-z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-Da-d]",
        behind=True,
    ),
    *(
        Rule("national-id", labels, forms, test, behind=True, exact=True)
        for labels, forms, test in (
            (
                r"(?:DNI|NIF|NIE)",
                r"(?:[0-9]{8}|[0-9]{2}\.[0-9]{3}\.[0-9]{3}|[XYZxyz]-?[0-9]{7})[- ]?[A-Za-z]",
                check.is_spain,
            ),
            (r"BSN", r"[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}", check.is_netherlands),
            (r"SIN", groups(3, 3, 3), check.is_canada),
            (r"FIN", r"[STFGMstfgm][0-9]{7}[A-Za-z]", check.is_singapore),
            (
                r"NIR",
                r"[12] ?[0-9]{2} ?[0-9]{2} ?(?:[0-9]{2}|2[ABab]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
                check.is_france,
            ),
        )
    ),
)
